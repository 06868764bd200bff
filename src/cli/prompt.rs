//! Questions at a terminal.

use std::fmt;
use std::io::IsTerminal as _;

use inquire::ui::RenderConfig;
use inquire::validator::{ErrorMessage, Validation};
use inquire::{Confirm, InquireError, MultiSelect, Select, Text};
use serde_json::Value;

use super::args::{Color, Global};
use crate::model::{Name, printable};
use crate::pipeline::Failure;
use crate::project::{AskError, Asker, Kind, Question, plain};

/// Whether there is someone to ask. Whoever asks for JSON, or sends our words elsewhere, is no one.
pub fn is_someone_there(global: &Global) -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal() && !global.json
}

/// Asks for a yes; no is the answer that return gives.
pub fn ask_consent(question: &str) -> Result<bool, Failure> {
    Confirm::new(&one_line(question)).with_default(false).prompt().map_err(|error| failure(ask_error(error)))
}

fn failure(error: AskError) -> Failure {
    match error {
        AskError::Interrupted => Failure::Interrupted,
        AskError::Terminal(_) => crate::project::AnswersError::Ask(error).into(),
    }
}

/// Asks on the terminal, one question after the other.
#[derive(Debug, Default)]
pub struct TerminalAsker {
    /// Whose questions were announced last.
    announced: Option<Name>,
}

impl TerminalAsker {
    pub fn new(color: Color) -> Self {
        if matches!(color, Color::Never) {
            inquire::set_global_render_config(RenderConfig::empty());
        }
        Self::default()
    }

    fn announce(&mut self, instance: &Name) {
        if self.announced.as_ref() != Some(instance) {
            anstream::eprintln!("\n{instance}");
            self.announced = Some(instance.clone());
        }
    }
}

impl Asker for TerminalAsker {
    fn ask(
        &mut self,
        instance: &Name,
        question: &Question,
        default: Option<&Value>,
        check: &dyn Fn(&Value) -> Result<(), String>,
    ) -> Result<Option<Value>, AskError> {
        self.announce(instance);
        let title = one_line(&question.title);
        let help = question.description.as_deref().map(one_line);
        let prompt = Prompt { title: &title, help: help.as_deref(), required: question.required, default, check };
        match &question.kind {
            Kind::Confirm => prompt.confirm(),
            Kind::Select(options) => prompt.select(options),
            Kind::MultiSelect(options) => prompt.select_several(options),
            Kind::Text => prompt.line(|text| Ok(text.into())),
            Kind::Integer => prompt.line(|text| {
                let number = text.parse::<i64>().map_err(|_| "a whole number is expected".to_owned())?;
                Ok(number.into())
            }),
            Kind::Number | Kind::Json => {
                prompt.line(|text| serde_json::from_str(text).map_err(|_| format!("{} is expected", question.kind)))
            }
        }
    }
}

/// What all kinds of questions share.
struct Prompt<'a> {
    title: &'a str,
    help: Option<&'a str>,
    required: bool,
    default: Option<&'a Value>,
    check: &'a dyn Fn(&Value) -> Result<(), String>,
}

impl Prompt<'_> {
    fn confirm(&self) -> Result<Option<Value>, AskError> {
        let mut confirm = Confirm::new(self.title);
        confirm.help_message = self.help;
        confirm.default = self.default.and_then(Value::as_bool);
        confirm.prompt().map(|answer| Some(answer.into())).map_err(ask_error)
    }

    fn select(&self, options: &[Value]) -> Result<Option<Value>, AskError> {
        let options: Vec<Choice> = options.iter().map(Choice::new).collect();
        let start = options.iter().position(|option| Some(&option.value) == self.default).unwrap_or_default();
        let mut select = Select::new(self.title, options).with_starting_cursor(start);
        select.help_message = self.help;
        select.prompt().map(|choice| Some(choice.value)).map_err(ask_error)
    }

    fn select_several(&self, options: &[Value]) -> Result<Option<Value>, AskError> {
        let chosen = self.default.and_then(Value::as_array).cloned().unwrap_or_default();
        let options: Vec<Choice> = options.iter().map(Choice::new).collect();
        let start: Vec<usize> =
            options.iter().enumerate().filter(|(_, option)| chosen.contains(&option.value)).map(|(at, _)| at).collect();
        loop {
            let mut select = MultiSelect::new(self.title, options.clone()).with_default(&start);
            select.help_message = self.help;
            let answer: Value = select.prompt().map_err(ask_error)?.into_iter().map(|choice| choice.value).collect();
            match (self.check)(&answer) {
                Ok(()) => return Ok(Some(answer)),
                Err(reason) => anstream::eprintln!("  {}", printable(&reason)),
            }
        }
    }

    /// A line of text that `read` turns into a value.
    fn line(&self, read: impl Fn(&str) -> Result<Value, String>) -> Result<Option<Value>, AskError> {
        let may_be_empty = |text: &str| text.is_empty() && !self.required;
        let mut line = Text::new(self.title);
        line.help_message = self.help;
        let shown = self.default.map(|default| one_line(&plain(default)));
        line.default = shown.as_deref();
        loop {
            // Validators of `inquire` must own what they use; the checks here are borrowed, so a wrong answer is asked
            // for again.
            let text = line.clone().with_validator(no_control_characters).prompt().map_err(ask_error)?;
            // What is shown may be tamer than what it stands for.
            if let (Some(default), true) = (self.default, shown.as_deref() == Some(text.as_str())) {
                return Ok(Some(default.clone()));
            }
            if may_be_empty(&text) {
                return Ok(None);
            }
            match read(&text).and_then(|value| (self.check)(&value).map(|()| value)) {
                Ok(value) => return Ok(Some(value)),
                Err(reason) => anstream::eprintln!("  {}", printable(&reason)),
            }
        }
    }
}

/// Text of a pack as it may stand in a prompt: a line, without anything that steers a terminal.
fn one_line(text: &str) -> String {
    printable(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn no_control_characters(text: &str) -> Result<Validation, inquire::CustomUserError> {
    Ok(if text.chars().any(char::is_control) {
        Validation::Invalid(ErrorMessage::Custom("the answer has characters in it that can't be seen".to_owned()))
    } else {
        Validation::Valid
    })
}

/// An option of a list.
#[derive(Clone, Debug)]
struct Choice {
    value: Value,
    shown: String,
}

impl Choice {
    fn new(value: &Value) -> Self {
        Self { value: value.clone(), shown: one_line(&plain(value)) }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

fn ask_error(error: InquireError) -> AskError {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => AskError::Interrupted,
        error => AskError::Terminal(error.to_string()),
    }
}

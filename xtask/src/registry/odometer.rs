//! Every combination of answers, one a run.
//!
//! It answers questions as a user at a terminal does, so what is asked, and what is not because of earlier answers, is
//! the product's own decision. Each question with a list of answers is a wheel; after a run the last wheel turns, and a
//! wheel that has come round turns the one before it, whose successors are then found anew.

use scaffold::model::Name;
use scaffold::project::{AskError, Asker, Kind, Question};
use serde_json::Value;

/// The wheels, in the order of asking.
#[derive(Debug, Default)]
pub struct Odometer {
    /// Whose questions have wheels; without it, everyone's.
    only: Option<Name>,
    wheels: Vec<Wheel>,
    /// The wheel of the next question.
    next: usize,
}

#[derive(Debug)]
struct Wheel {
    at: usize,
    of: usize,
}

impl Odometer {
    /// Turns through the answers of every pack.
    pub fn of_all() -> Self {
        Self::default()
    }

    /// Turns through the answers of one pack; the others take their defaults.
    pub fn of(pack: &Name) -> Self {
        Self { only: Some(pack.clone()), ..Self::default() }
    }

    /// Goes back to the first question, to give the same answers again.
    pub fn rewind(&mut self) {
        self.next = 0;
    }

    /// Goes on to the next combination; tells whether there is one.
    pub fn advance(&mut self) -> bool {
        // Wheels that the last run did not reach belong to another branch.
        self.wheels.truncate(self.next);
        self.rewind();
        while let Some(last) = self.wheels.last_mut() {
            last.at += 1;
            if last.at < last.of {
                return true;
            }
            self.wheels.pop();
        }
        false
    }

    /// The one that is due.
    fn choose(&mut self, mut options: Vec<Option<Value>>) -> Option<Value> {
        if self.next == self.wheels.len() {
            self.wheels.push(Wheel { at: 0, of: options.len() });
        }
        let at = self.wheels.get(self.next).map_or(0, |wheel| wheel.at);
        self.next += 1;
        if at < options.len() { options.swap_remove(at) } else { None }
    }
}

impl Asker for Odometer {
    fn ask(
        &mut self,
        instance: &Name,
        question: &Question,
        default: Option<&Value>,
        check: &dyn Fn(&Value) -> Result<(), String>,
    ) -> Result<Option<Value>, AskError> {
        let turns = self.only.as_ref().is_none_or(|only| only == instance);
        let mut options: Vec<Option<Value>> = match turns {
            true => listed(&question.kind).into_iter().filter(|value| check(value).is_ok()).map(Some).collect(),
            false => Vec::new(),
        };
        if options.is_empty() {
            return Ok(default.cloned());
        }
        if !question.required {
            options.push(None);
        }
        Ok(self.choose(options))
    }
}

/// The answers of a question that lists them. Of lists of answers: none, each by itself, all.
fn listed(kind: &Kind) -> Vec<Value> {
    match kind {
        Kind::Confirm => vec![true.into(), false.into()],
        Kind::Select(options) => options.clone(),
        Kind::MultiSelect(options) => {
            let mut lists = vec![Value::Array(Vec::new())];
            lists.extend(options.iter().map(|option| Value::Array(vec![option.clone()])));
            if options.len() > 1 {
                lists.push(Value::Array(options.clone()));
            }
            lists
        }
        Kind::Text | Kind::Integer | Kind::Number | Kind::Json => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use scaffold::model::{PackId, Project};
    use scaffold::project::{Given, Mode, Questions, Standing, answer_all};
    use serde_json::json;

    use super::*;

    /// What the questions are answered with, run by run.
    fn runs(mut odometer: Odometer, properties: Value) -> Vec<String> {
        let schema = json!({ "properties": properties, "required": ["deploy", "where", "name"] });
        let (name, other): (Name, Name) = ("orders".parse().unwrap(), "users".parse().unwrap());
        let pack = PackId { name: name.clone(), version: semver::Version::new(1, 0, 0) };
        let questions = Questions::parse(&pack, schema.as_object().unwrap()).unwrap();
        let project = Project { name: "shop".to_owned(), year: 2026 };
        let given = Given::read(&[], None).unwrap();
        let mut runs = Vec::new();
        loop {
            let mode = Mode::Ask(&mut odometer);
            let answers = match answer_all(
                &[(&name, &questions), (&other, &questions)],
                &given,
                &Standing::new(),
                &project,
                mode,
            ) {
                Ok(answers) => answers,
                Err(_) => panic!("the answers are refused"),
            };
            let text =
                |name| answers.answers[name].iter().map(|(_, answer)| format!(" {}", answer.value)).collect::<String>();
            runs.push(format!("{} |{}", text(&name), text(&other)).replace('"', ""));
            if !odometer.advance() {
                return runs;
            }
        }
    }

    #[test]
    fn questions_that_are_not_asked_have_no_wheel() {
        let properties = json!({
            "deploy": { "type": "boolean", "default": false },
            "where": { "enum": ["eu", "us"], "x-when": { "properties": { "deploy": { "const": true } } }, "default": "eu" },
            "name": { "type": "string", "default": "x" },
        });
        let orders = Odometer::of(&"orders".parse().unwrap());
        assert_eq!(
            runs(orders, properties.clone()),
            [" true eu x | false x", " true us x | false x", " false x | false x"]
        );
        assert_eq!(runs(Odometer::of_all(), properties).len(), 9);
    }

    #[test]
    fn a_question_may_stay_unanswered_and_several_answers_may_be_given() {
        let properties = json!({
            "parts": { "type": "array", "items": { "enum": ["a", "b"] }, "minItems": 1 },
        });
        let found = runs(Odometer::of(&"orders".parse().unwrap()), properties);
        assert_eq!(found, [" [a] |", " [b] |", " [a,b] |", " |"]);
    }

    #[test]
    fn the_same_answers_can_be_given_again() {
        let mut odometer = Odometer::of_all();
        let options = || vec![Some(json!(1)), Some(json!(2))];
        assert!(odometer.choose(options()) == Some(json!(1)) && odometer.advance());
        assert_eq!(odometer.choose(options()), Some(json!(2)));
        odometer.rewind();
        assert_eq!(odometer.choose(options()), Some(json!(2)));
        assert!(!odometer.advance());
    }
}

//! Lays out values of the contract's types as the canonical ABI has them, at fixed addresses.
//!
//! Packs in these tests are core modules whose memory holds their answer from the start. Sizes and offsets are those
//! of the Component Model's canonical ABI for 32-bit memories.

/// Bytes from [`Memory::BASE`] on, and where things are in them.
pub struct Memory {
    bytes: Vec<u8>,
}

/// Whole values, ready to be put into a list.
pub type Value = Vec<u8>;

impl Memory {
    pub const BASE: u32 = 1024;

    pub fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// Puts bytes down, aligned to 8, and tells where.
    pub fn place(&mut self, bytes: &[u8]) -> u32 {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let address = Self::BASE + u32::try_from(self.bytes.len()).unwrap();
        self.bytes.extend_from_slice(bytes);
        address
    }

    pub fn string(&mut self, text: &str) -> Value {
        let address = self.place(text.as_bytes());
        words(&[address, u32::try_from(text.len()).unwrap()])
    }

    pub fn list(&mut self, items: &[Value]) -> Value {
        let address = self.place(&items.concat());
        words(&[address, u32::try_from(items.len()).unwrap()])
    }

    /// The variant `text`: a literal.
    pub fn literal(&mut self, text: &str) -> Value {
        padded([words(&[0]), self.string(text)].concat(), 20)
    }

    /// The variant `text`: a rendering.
    pub fn rendering(&mut self, template: &str, values: &str) -> Value {
        [words(&[1]), self.string(template), self.string(values)].concat()
    }

    /// The variant `content`: bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> Value {
        let address = self.place(bytes);
        padded(words(&[0, address, u32::try_from(bytes.len()).unwrap()]), 24)
    }

    /// A `contribution` with a `file` of the given text.
    pub fn file(&mut self, path: &str, text: Value, once: bool) -> Value {
        self.file_with(path, [words(&[1]), text].concat(), [false, once], &[])
    }

    /// A `contribution` with a `file`: its `content`, whether it is executable and written once, and its slots.
    pub fn file_with(&mut self, path: &str, content: Value, flags: [bool; 2], slots: &[Value]) -> Value {
        self.file_from(path, content, flags, slots, &[])
    }

    /// The same with the paths where older versions of its pack put it.
    pub fn file_from(
        &mut self,
        path: &str,
        content: Value,
        flags: [bool; 2],
        slots: &[Value],
        moved_from: &[&str],
    ) -> Value {
        let moved_from: Vec<Value> = moved_from.iter().map(|path| self.string(path)).collect();
        let (slots, moved_from) = (self.list(slots), self.list(&moved_from));
        let flags = flags.map(u8::from).to_vec();
        self.contribution(path, 0, [content, flags, vec![0; 2], slots, moved_from].concat())
    }

    /// An `opening`, with the flags `required`, `unique` and `sorted`.
    pub fn opening(&mut self, name: &str, marker: &str, flags: [bool; 3]) -> Value {
        padded([self.string(name), self.string(marker), flags.map(u8::from).to_vec()].concat(), 20)
    }

    /// A `contribution` with a `merge`.
    pub fn merge(&mut self, path: &str, format: &str, text: Value, weak: bool, lists: &[Value]) -> Value {
        let (format, lists) = (self.string(format), self.list(lists));
        self.contribution(path, 1, [format, text, vec![u8::from(weak), 0, 0, 0], lists].concat())
    }

    /// A `list-rule`: the policy's case, and the member of `by-key`.
    pub fn list_rule(&mut self, pointer: &str, policy: u32, member: &str) -> Value {
        [self.string(pointer), words(&[policy]), self.string(member)].concat()
    }

    /// A `contribution` with text for a slot.
    pub fn fill(&mut self, path: &str, slot: &str, text: Value, order: i32) -> Value {
        let fill = [self.string(slot), text, order.to_le_bytes().to_vec()].concat();
        self.contribution(path, 3, fill)
    }

    /// An `offer`.
    pub fn offer(&mut self, capability: &str, version: &str, facts: &str) -> Value {
        [self.string(capability), self.string(version), self.string(facts)].concat()
    }

    /// A `contribution` of lines.
    pub fn lines(&mut self, path: &str, lines: &[&str]) -> Value {
        let lines: Vec<Value> = lines.iter().map(|line| self.string(line)).collect();
        let lines = self.list(&lines);
        self.contribution(path, 2, lines)
    }

    fn contribution(&mut self, path: &str, case: u32, body: Value) -> Value {
        [self.string(path), words(&[case]), padded(body, 44)].concat()
    }

    /// A `source` without a syntax of its own.
    pub fn template(&mut self, name: &str, text: &str) -> Value {
        padded([self.string(name), self.string(text)].concat(), 68)
    }

    /// A `diagnostic` of grade error without help.
    pub fn diagnostic(&mut self, message: &str, answer: &str) -> Value {
        [words(&[0]), self.string(message), words(&[1]), self.string(answer), vec![0; 12]].concat()
    }

    /// `ok(output)`.
    pub fn output(&mut self, templates: &[Value], contributions: &[Value]) -> u32 {
        let none = self.list(&[]);
        let output = [words(&[0]), self.list(templates), self.list(contributions), none.clone(), none].concat();
        self.place(&output)
    }

    /// `ok(planned)`.
    pub fn planned(&mut self, offers: &[Value]) -> u32 {
        let none = self.list(&[]);
        let planned = [words(&[0]), self.list(offers), none].concat();
        self.place(&planned)
    }

    /// `err(list<diagnostic>)`.
    pub fn refusal(&mut self, diagnostics: &[Value]) -> u32 {
        let refusal = padded([words(&[1]), self.list(diagnostics)].concat(), 36);
        self.place(&refusal)
    }

    /// The module's data segment, and how many pages it needs.
    pub fn to_wat(&self) -> String {
        let escaped: String = self.bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        format!("(data (i32.const {}) \"{escaped}\")", Self::BASE)
    }

    pub fn pages(&self) -> usize {
        (self.bytes.len() + Self::BASE as usize).div_ceil(65_536) + 1
    }
}

fn words(words: &[u32]) -> Value {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn padded(mut value: Value, size: usize) -> Value {
    assert!(value.len() <= size);
    value.resize(size, 0);
    value
}

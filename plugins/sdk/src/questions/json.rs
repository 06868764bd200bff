//! JSON that the compiler writes: a tree of constants becomes a text.

/// A member of an object: its name and its value.
pub type Member = (&'static str, Json);

/// A JSON value.
#[derive(Clone, Copy, Debug)]
pub enum Json {
    /// JSON as it is.
    Text(&'static str),
    /// An object, in layers: a member hides those of its name in later ones.
    Object(&'static [&'static [Member]]),
    /// The list of those names that are marked.
    Required(&'static [(&'static str, bool)]),
}

/// How long the text is.
pub const fn length(json: &Json) -> usize {
    let mut writer = Writer::<0> { bytes: [], length: 0 };
    writer.json(json);
    writer.length
}

/// The bytes of the text, of which there are as many as [`length`] says.
pub const fn write<const N: usize>(json: &Json) -> [u8; N] {
    let mut writer = Writer::<N> { bytes: [0; N], length: 0 };
    writer.json(json);
    writer.bytes
}

/// The text of these bytes.
pub const fn text(bytes: &[u8]) -> &str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// Writes as much as there is room for, and counts it all.
struct Writer<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

// The compiler runs this, and can't use iterators there.
impl<const N: usize> Writer<N> {
    const fn text(&mut self, text: &str) {
        let bytes = text.as_bytes();
        if N > 0 {
            let (_, rest) = self.bytes.split_at_mut(self.length);
            let (here, _) = rest.split_at_mut(bytes.len());
            here.copy_from_slice(bytes);
        }
        self.length += bytes.len();
    }

    const fn json(&mut self, json: &Json) {
        match json {
            Json::Text(text) => self.text(text),
            Json::Object(layers) => self.object(layers),
            Json::Required(names) => self.marked(names),
        }
    }

    const fn object(&mut self, layers: &[&[Member]]) {
        self.text("{");
        let mut is_first = true;
        let mut layer = 0;
        while layer < layers.len() {
            let mut at = 0;
            while at < layers[layer].len() {
                let (name, value) = &layers[layer][at];
                let (before, _) = layers.split_at(layer);
                if !has(before, name) {
                    self.name(name, is_first);
                    self.text(":");
                    self.json(value);
                    is_first = false;
                }
                at += 1;
            }
            layer += 1;
        }
        self.text("}");
    }

    const fn marked(&mut self, names: &[(&str, bool)]) {
        self.text("[");
        let mut is_first = true;
        let mut at = 0;
        while at < names.len() {
            let (name, is_marked) = names[at];
            if is_marked {
                self.name(name, is_first);
                is_first = false;
            }
            at += 1;
        }
        self.text("]");
    }

    /// A name, in quotes: of those that are here, none needs more.
    const fn name(&mut self, name: &str, is_first: bool) {
        self.text(if is_first { "\"" } else { ",\"" });
        self.text(name);
        self.text("\"");
    }
}

const fn has(layers: &[&[Member]], name: &str) -> bool {
    let mut layer = 0;
    while layer < layers.len() {
        let mut at = 0;
        while at < layers[layer].len() {
            if is_same(layers[layer][at].0, name) {
                return true;
            }
            at += 1;
        }
        layer += 1;
    }
    false
}

/// Whether two texts are the same, as `==` can't say here.
pub(super) const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

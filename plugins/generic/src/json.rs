//! The little of JSON that is read here: a list is taken apart into its elements.

use scaffold_pack::prelude::*;

/// The elements of a JSON list, as JSON; none where it is no list. The text is the host's, so it is sound JSON.
pub fn elements(list: &str) -> Option<Vec<&str>> {
    let inside = list.trim_ascii().strip_prefix('[')?.strip_suffix(']')?;
    let mut elements = Vec::new();
    let (mut from, mut depth, mut in_text, mut escaped) = (0, 0_usize, false, false);
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                elements.push(inside.get(from..at)?.trim_ascii());
                from = at + 1;
            }
            _ => {}
        }
    }
    let last = inside.get(from..)?.trim_ascii();
    if !last.is_empty() {
        elements.push(last);
    }
    Some(elements)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_taken_apart() {
        let cases: [(&str, &[&str]); 4] = [
            ("[]", &[]),
            (" [1 , \"a,]\\\"b\"] ", &["1", "\"a,]\\\"b\""]),
            (r#"[{"a":[1,2]},["x,y"],null]"#, &[r#"{"a":[1,2]}"#, r#"["x,y"]"#, "null"]),
            (r#"["\\"]"#, &[r#""\\""#]),
        ];
        for (list, expected) in cases {
            assert_eq!(elements(list).as_deref(), Some(expected), "{list}");
        }
        assert_eq!(elements(r#"{"a":1}"#), None);
    }
}

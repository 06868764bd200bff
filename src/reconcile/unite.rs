//! Lines that both sides added in one place.
//!
//! A merge by lines calls that a conflict, because the order may matter. Of fills of a slot, and of lines that packs add
//! to a file one by one, it is known that it does not: several packs add theirs there, and none knows of the others. The
//! user's lines are one more share.

use std::collections::BTreeSet;

/// Whether both sides added lines to `base` and took none away.
pub(super) fn both_add(base: &str, ours: &str, theirs: &str) -> bool {
    let base: Vec<&str> = base.lines().collect();
    gaps(&base, ours).is_some() && gaps(&base, theirs).is_some()
}

/// Both sides' lines, where each added lines to `base` and took none away, and those of `theirs` are all `shared`.
pub(super) fn unite(base: &str, ours: &str, theirs: &str, shared: &BTreeSet<String>) -> Option<String> {
    let base: Vec<&str> = base.lines().collect();
    let (ours, theirs) = (gaps(&base, ours)?, gaps(&base, theirs)?);
    if !theirs.iter().flatten().all(|line| line.trim().is_empty() || shared.contains(*line)) {
        return None;
    }
    let mut text = String::new();
    for (at, (mine, packs)) in ours.iter().zip(&theirs).enumerate() {
        // What the user wrote as the packs do now is there already. A line of several may be in both by chance.
        let is_there = !packs.is_empty() && mine.windows(packs.len()).any(|run| run == packs.as_slice());
        let new = if is_there { &[] } else { packs.as_slice() };
        for line in mine.iter().chain(new).chain(base.get(at)) {
            text.push_str(line);
            text.push('\n');
        }
    }
    Some(text)
}

/// The lines that were added before each line of `base`, and behind the last; none where a line of it is gone.
fn gaps<'a>(base: &[&str], text: &'a str) -> Option<Vec<Vec<&'a str>>> {
    let mut gaps = vec![Vec::new(); base.len() + 1];
    let mut at = 0;
    for line in text.lines() {
        if base.get(at) == Some(&line) {
            at += 1;
        } else {
            gaps.get_mut(at)?.push(line);
        }
    }
    (at == base.len()).then_some(gaps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn united(base: &str, ours: &str, theirs: &str) -> Option<String> {
        let shared = ["import b", "import c"].map(str::to_owned).into();
        unite(base, ours, theirs, &shared)
    }

    #[test]
    fn added_lines_stand_side_by_side() {
        assert_eq!(united("", "import mine\n", "import b\n").as_deref(), Some("import mine\nimport b\n"));
        let between = united("import b\n", "import mine\nimport b\n", "import b\nimport c\n");
        assert_eq!(between.as_deref(), Some("import mine\nimport b\nimport c\n"));
        let there = united("", "import mine\nimport b\nimport c\n", "import b\nimport c\n");
        assert_eq!(there.as_deref(), Some("import mine\nimport b\nimport c\n"));
    }

    #[test]
    fn a_fill_of_several_lines_stays_whole() {
        let text = united("", "import b\nimport mine\n", "import c\nimport b\n");
        assert_eq!(text.as_deref(), Some("import b\nimport mine\nimport c\nimport b\n"));
    }

    #[test]
    fn lines_that_changed_or_are_not_shared_are_the_users_to_settle() {
        assert_eq!(united("", "import mine\n", "import other\n"), None);
        assert_eq!(united("import b\n", "import mine\n", "import b\nimport c\n"), None);
    }
}

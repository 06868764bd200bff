#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

fn path(text: &str) -> ProjectPath {
    ProjectPath::parse(text).unwrap()
}

fn made(contents: &str) -> TreeFile {
    TreeFile {
        contents: contents.into(),
        executable: false,
        ownership: Ownership::Managed,
        origins: Vec::new(),
        moved_from: Vec::new(),
    }
}

fn base(contents: &str) -> Base<'static> {
    let bytes = contents.as_bytes().to_vec();
    Base { digest: Digest::of(&bytes), contents: Some(Cow::Owned(bytes)), executable: false, once: false }
}

fn ours(contents: &str) -> Ours<'_> {
    Ours::File { contents: contents.as_bytes(), executable: false }
}

/// What becomes of `f.txt`.
fn verdict(base: Option<Base<'_>>, ours: Ours<'_>, theirs: Option<TreeFile>) -> Verdict {
    verdict_at("f.txt", base, ours, theirs)
}

fn verdict_at(at: &str, base: Option<Base<'_>>, ours: Ours<'_>, theirs: Option<TreeFile>) -> Verdict {
    let base = base.into_iter().map(|base| (path(at), base)).collect();
    let theirs = Tree { files: theirs.into_iter().map(|file| (path(at), file)).collect() };
    let ours = [(path(at), ours)].into();
    plan(&Sides { base: &base, theirs: &theirs, ours: &ours, restored: &BTreeSet::new() })
        .verdicts
        .remove(&path(at))
        .unwrap()
}

/// What a verdict writes.
fn text(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Write(written) => std::str::from_utf8(&written.contents).unwrap(),
        verdict => panic!("{verdict:?}"),
    }
}

fn conflict(verdict: Verdict) -> Conflict {
    match verdict {
        Verdict::Conflict(conflict) => conflict,
        verdict => panic!("{verdict:?}"),
    }
}

#[test]
fn one_sides_change_is_taken() {
    assert_eq!(verdict(Some(base("a\n")), ours("a\n"), Some(made("a\n"))), Verdict::Keep(Kept::AsIs));
    assert_eq!(verdict(Some(base("a\n")), ours("mine\n"), Some(made("a\n"))), Verdict::Keep(Kept::AsIs));
    let updated = verdict(Some(base("a\n")), ours("a\n"), Some(made("b\n")));
    assert_eq!(text(&updated), "b\n");
    assert_eq!(verdict(Some(base("a\n")), ours("b\n"), Some(made("b\n"))), Verdict::Keep(Kept::AsIs));
}

#[test]
fn the_base_need_not_be_at_hand_where_one_side_alone_changed() {
    let blind = |contents: &str| Base { contents: None, ..base(contents) };
    assert_eq!(text(&verdict(Some(blind("a\n")), ours("a\n"), Some(made("b\n")))), "b\n");
    assert_eq!(verdict(Some(blind("a\n")), ours("mine\n"), Some(made("a\n"))), Verdict::Keep(Kept::AsIs));
    let both = conflict(verdict(Some(blind("a\n")), ours("mine\na\n"), Some(made("a\nb\n"))));
    assert_eq!(both.kind, ConflictKind::TwoWay);
    assert_eq!(
        text(&both.settle(Policy::Markers)),
        "<<<<<<< yours\nmine\n=======\n>>>>>>> packs\na\n<<<<<<< yours\n=======\nb\n>>>>>>> packs\n"
    );
}

#[test]
fn what_the_user_removed_stays_removed() {
    assert_eq!(verdict(Some(base("a\n")), Ours::Absent, Some(made("b\n"))), Verdict::Keep(Kept::Removed));
    assert_eq!(verdict(Some(base("a\n")), Ours::Absent, Some(made("a\n"))), Verdict::Keep(Kept::AsIs));
    assert_eq!(verdict(Some(base("a\n")), Ours::Absent, None), Verdict::Keep(Kept::AsIs));
}

#[test]
fn what_packs_drop_goes_unless_it_was_edited() {
    assert_eq!(verdict(Some(base("a\n")), ours("a\n"), None), Verdict::Remove);
    assert_eq!(verdict(Some(base("a\n")), ours("a\r\n"), None), Verdict::Remove);
    assert_eq!(verdict(Some(base("a\n")), ours("mine\n"), None), Verdict::Keep(Kept::Released));
}

#[test]
fn files_written_once_are_never_touched() {
    let once = |contents: &str| TreeFile { ownership: Ownership::Once, ..made(contents) };
    let born = || Base { once: true, ..base("a\n") };
    assert_eq!(text(&verdict(None, Ours::Absent, Some(once("a\n")))), "a\n");
    assert_eq!(verdict(None, ours("mine\n"), Some(once("a\n"))), Verdict::Keep(Kept::AsIs));
    for copy in [Ours::Absent, ours("a\n"), ours("mine\n")] {
        assert_eq!(verdict(Some(born()), copy, Some(once("b\n"))), Verdict::Keep(Kept::AsIs));
        // One that is there is told of, as nobody knows of it any more.
        let kept = if copy == Ours::Absent { Kept::AsIs } else { Kept::Released };
        assert_eq!(verdict(Some(born()), copy, None), Verdict::Keep(kept));
    }
}

#[test]
fn edits_of_both_sides_are_merged() {
    let merged = verdict(Some(base("a\nb\nc\n")), ours("mine\na\nb\nc\n"), Some(made("a\nb\nc\nnew\n")));
    assert_eq!(text(&merged), "mine\na\nb\nc\nnew\n");
    let split = conflict(verdict(Some(base("a\nb\n")), ours("mine\nb\n"), Some(made("new\nb\n"))));
    assert_eq!((split.kind, split.places()), (ConflictKind::Text, 1));
    let marked = split.settle(Policy::Markers);
    assert_eq!(text(&marked), "<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> packs\nb\n");
    assert!(has_markers(text(&marked).as_bytes()));
    assert_eq!(text(&split.settle(Policy::Ours)), "mine\nb\n");
    assert_eq!(text(&split.settle(Policy::Theirs)), "new\nb\n");
}

#[test]
fn marks_that_are_part_of_the_text_are_no_conflict_and_survive_one() {
    let heading = "Title\n=======\n<<<<<<< not a conflict\n";
    let split = conflict(verdict(
        Some(base(&format!("a\n{heading}"))),
        ours(&format!("mine\n{heading}")),
        Some(made(&format!("new\n{heading}"))),
    ));
    assert_eq!(text(&split.settle(Policy::Ours)), format!("mine\n{heading}"));
    assert!(!has_markers(heading.as_bytes()));
}

#[test]
fn a_last_line_without_an_end_keeps_it_so() {
    let split = conflict(verdict(Some(base("a")), ours("mine"), Some(made("new"))));
    assert_eq!(text(&split.settle(Policy::Ours)), "mine");
    assert_eq!(text(&split.settle(Policy::Theirs)), "new");
    assert_eq!(text(&split.settle(Policy::Markers)), "<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> packs\n");
}

#[test]
fn a_working_copy_keeps_its_line_ends() {
    let merged = verdict(Some(base("a\nb\nc\n")), ours("mine\r\na\r\nb\r\nc\r\n"), Some(made("a\nb\nc\nnew\n")));
    assert_eq!(text(&merged), "mine\r\na\r\nb\r\nc\r\nnew\r\n");
    let updated = verdict(Some(base("a\nb\n")), ours("a\r\nb\r\n"), Some(made("c\n")));
    assert_eq!(text(&updated), "c\r\n");
}

#[test]
fn structure_counts_in_structured_files() {
    let base = |text: &str| Some(base(text));
    let merged = verdict_at(
        "a.json",
        base("{\n  \"a\": 1\n}\n"),
        ours("{\n  \"a\": 1,\n  \"mine\": 2\n}\n"),
        Some(made("{\n  \"a\": 1,\n  \"new\": 3\n}\n")),
    );
    assert_eq!(text(&merged), "{\n  \"a\": 1,\n  \"mine\": 2,\n  \"new\": 3\n}\n");
    // By lines this would be two members of one name.
    let twice = verdict_at(
        "a.toml",
        base("a = 1\n\n# here\n\nz = 1\n"),
        ours("new = 2\na = 1\n\n# here\n\nz = 1\n"),
        Some(made("a = 1\n\n# here\n\nz = 1\nnew = 3\n")),
    );
    assert_eq!(conflict(twice).kind, ConflictKind::Text);
}

#[test]
fn lines_that_fit_do_not_say_a_thing_twice() {
    let both = verdict_at(
        "a.toml",
        Some(base("a = 1\n\n# here\n\nz = 1\n")),
        ours("new = 2\na = 1\n\n# here\n\nz = 1\n"),
        Some(made("a = 1\n\n# here\n\nz = 1\nnew = 2\n")),
    );
    assert_eq!(text(&both), "new = 2\na = 1\n\n# here\n\nz = 1\n");
}

#[test]
fn binary_files_never_get_marks() {
    let image = conflict(verdict(Some(base("\0a")), ours("\0mine"), Some(made("\0new"))));
    assert_eq!(image.kind, ConflictKind::Binary);
    for policy in [Policy::Markers, Policy::Ours] {
        assert_eq!(image.settle(policy), Verdict::Keep(Kept::AsIs));
    }
    assert_eq!(text(&image.settle(Policy::Theirs)), "\0new");
}

#[test]
fn executable_bits_follow_whoever_changed_them() {
    let runs = |contents: &str| TreeFile { executable: true, ..made(contents) };
    let mine = Ours::File { contents: b"a\n", executable: true };
    let bit = |verdict: Verdict| match verdict {
        Verdict::Write(written) => Some(written.executable),
        _ => None,
    };
    assert_eq!(bit(verdict(Some(base("a\n")), mine, Some(made("b\n")))), Some(true));
    assert_eq!(bit(verdict(Some(base("a\n")), ours("a\n"), Some(runs("a\n")))), Some(true));
    assert_eq!(bit(verdict(Some(base("a\n")), mine, Some(made("a\n")))), None);
}

/// What becomes of `old.txt` and `new.txt`, the first of which moved.
fn moved(copies: [(&str, Ours<'_>); 2], theirs: &str) -> (Verdict, Verdict) {
    let base = [(path("old.txt"), base("a\nb\nc\n"))].into();
    let file = TreeFile { moved_from: vec![path("older.txt"), path("old.txt")], ..made(theirs) };
    let theirs = Tree { files: [(path("new.txt"), file)].into() };
    let ours = copies.into_iter().map(|(at, copy)| (path(at), copy)).collect();
    let mut verdicts = plan(&Sides { base: &base, theirs: &theirs, ours: &ours, restored: &BTreeSet::new() }).verdicts;
    (verdicts.remove(&path("old.txt")).unwrap(), verdicts.remove(&path("new.txt")).unwrap())
}

#[test]
fn a_file_that_moved_takes_edits_along() {
    let (old, new) = moved([("old.txt", ours("mine\na\nb\nc\n")), ("new.txt", Ours::Absent)], "a\nb\nc\nd\n");
    assert_eq!((old, text(&new)), (Verdict::Remove, "mine\na\nb\nc\nd\n"));
    let (old, new) = moved([("old.txt", ours("mine\n")), ("new.txt", Ours::Absent)], "a\nb\nc\n");
    assert_eq!((old, text(&new)), (Verdict::Remove, "mine\n"));
    let (old, new) = moved([("old.txt", Ours::Absent), ("new.txt", Ours::Absent)], "d\n");
    assert_eq!((old, new), (Verdict::Keep(Kept::AsIs), Verdict::Keep(Kept::Removed)));
}

#[test]
fn a_file_in_the_new_place_is_not_overwritten() {
    let (old, new) = moved([("old.txt", ours("mine\n")), ("new.txt", ours("other\n"))], "a\n");
    assert_eq!((old, conflict(new).kind), (Verdict::Keep(Kept::Released), ConflictKind::TwoWay));
}

#[test]
fn a_conflict_in_a_file_that_moved_loses_neither_side() {
    let (old, new) = moved([("old.txt", ours("a\0mine")), ("new.txt", Ours::Absent)], "a\0new");
    assert_eq!(old, Verdict::Remove);
    assert_eq!(text(&conflict(new).settle(Policy::Ours)), "a\0mine");
}

#[test]
fn what_is_no_file_is_in_the_way() {
    let way = conflict(verdict(None, Ours::Obstacle, Some(made("a\n"))));
    assert_eq!(way.kind, ConflictKind::InTheWay);
    assert_eq!(way.settle(Policy::Theirs), Verdict::Keep(Kept::AsIs));
    assert_eq!(verdict(Some(base("a\n")), Ours::Obstacle, Some(made("a\n"))), Verdict::Keep(Kept::AsIs));
}

/// A text, and two texts that were made from it by changing, removing and adding lines. Added lines say whose they are.
fn three_texts() -> impl Strategy<Value = (String, String, String)> {
    let base = prop::collection::vec("[ab]", 0..8);
    let edits = || prop::collection::vec((0_usize..9, 0..3_u8), 0..4);
    (base, edits(), edits()).prop_map(|(base, mine, packs)| {
        let edited = |edits: Vec<(usize, u8)>, whose: &str| {
            let mut lines = base.clone();
            for (count, (at, kind)) in edits.into_iter().enumerate() {
                let at = at.min(lines.len());
                match kind {
                    0 => lines.insert(at, format!("{whose}{count}")),
                    1 if at < lines.len() => lines[at] = format!("{whose}{count}"),
                    _ if at < lines.len() => drop(lines.remove(at)),
                    _ => {}
                }
            }
            text_of_lines(&lines)
        };
        (text_of_lines(&base), edited(mine, "mine"), edited(packs, "packs"))
    })
}

fn text_of_lines(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn own_lines(text: &str, whose: &str) -> Vec<String> {
    text.lines().filter(|line| line.starts_with(whose)).map(str::to_owned).collect()
}

proptest! {
    #[test]
    fn nothing_that_a_side_wrote_is_lost((old, mine, new) in three_texts()) {
        let verdict = verdict(Some(base(&old)), ours(&mine), Some(made(&new)));
        let text = match &verdict {
            Verdict::Keep(_) => mine.clone(),
            Verdict::Write(_) => text(&verdict).to_owned(),
            Verdict::Conflict(conflict) => {
                let settled = |policy| text(&conflict.settle(policy)).to_owned();
                prop_assert_eq!(own_lines(&settled(Policy::Ours), "mine"), own_lines(&mine, "mine"));
                prop_assert_eq!(own_lines(&settled(Policy::Theirs), "packs"), own_lines(&new, "packs"));
                settled(Policy::Markers)
            }
            Verdict::Remove => panic!("{verdict:?}"),
        };
        prop_assert_eq!(own_lines(&text, "mine"), own_lines(&mine, "mine"));
        prop_assert_eq!(own_lines(&text, "packs"), own_lines(&new, "packs"));
    }

    #[test]
    fn a_second_run_changes_nothing((old, mine, new) in three_texts()) {
        let verdict_then = match verdict(Some(base(&old)), ours(&mine), Some(made(&new))) {
            Verdict::Conflict(conflict) => conflict.settle(Policy::Markers),
            verdict => verdict,
        };
        let copy = if let Verdict::Write(_) = &verdict_then { text(&verdict_then).to_owned() } else { mine };
        prop_assert_eq!(verdict(Some(base(&new)), ours(&copy), Some(made(&new))), Verdict::Keep(Kept::AsIs));
    }
}

/// The end of the user's block may be taken for that of the packs', and the lines of the packs would land inside of it.
#[test]
fn lines_are_not_put_beside_half_of_a_block() {
    let base = "every do\nend\nputs 1\n";
    let mine = "every do\n  if so\n  mine\nend\nend\nputs 2\n";
    let packs = "every do\npacks\nend\nputs 1\n";
    let shared = BTreeSet::from(["packs".to_owned()]);
    let of = |mine: &str| conflict(verdict(Some(self::base(base)), ours(mine), Some(made(packs))));
    assert!(!of(mine).may_unite());
    let whole = of("every do\nmine\nend\nputs 2\n");
    assert!(whole.may_unite());
    assert_eq!(text(&whole.unite(&shared)), "every do\nmine\npacks\nend\nputs 2\n");
}

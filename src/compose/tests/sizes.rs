//! How much there may be, and that much is cheap.

use super::*;
use crate::model::{Content, ListPolicy, ListRule, Opening, Rendering, Source, Text};

fn many(count: usize) -> Vec<Contribution> {
    (0..count).map(|at| file(&format!("d{}/f{at}", at % 100), "x\n")).collect()
}

#[test]
fn as_many_files_as_allowed_compose() {
    let packs: Vec<(Instance, Vec<Contribution>)> = ["a", "b", "c"].map(|name| pack(name, many(MAX_FILES))).to_vec();
    assert_eq!(composed(&packs).unwrap().files.len(), MAX_FILES);
}

#[test]
fn too_much_is_refused_before_the_work() {
    let report = problem(&[pack("a", many(MAX_FILES + 1))]);
    assert_eq!(report.code, "project-too-large");
    assert_eq!(report.message, "the packs make 10001 files, and a project may have 10000 of them");
    let shares = (0..=MAX_CONTRIBUTIONS).map(|_| lines("f", &[])).collect();
    let report = problem(&[pack("a", shares)]);
    assert_eq!(report.message, "the packs make 100001 contributions, and a project may have 100000 of them");
}

/// What is left out for its size must not be missed in silence.
#[test]
fn text_beyond_the_budget_of_all_packs_is_refused() {
    let mut first = output(vec![file_with("f", "", |file| {
        let rendering = Rendering { template: "t".to_owned(), values: serde_json::Map::new().into() };
        file.contents = Content::Text(Text::Template(rendering));
    })]);
    first.templates = vec![Source { name: "t".to_owned(), text: "x".to_owned(), syntax: None }];
    let budget = Budget::default();
    budget.spend(MAX_TOTAL_BYTES);
    let texts = Texts::render(&first, &budget);
    let share = Share { instance: &instance("a"), output: &first, texts: &texts };
    let problems = compose(&[share], &Settlements::default()).unwrap_err();
    assert!(matches!(problems.as_slice(), [Problem::TooMuch { .. }]), "{problems:?}");
}

#[test]
fn large_files_are_refused() {
    let large = |size: usize| file_with("f", "", |file| file.contents = Content::Bytes(vec![1; size]));
    assert!(composed(&[pack("a", vec![large(MAX_FILE_BYTES)])]).is_ok());
    let report = problem(&[pack("a", vec![large(MAX_FILE_BYTES + 1)])]);
    assert_eq!(report.message, "the packs make 16777217 bytes of `f`, and a project may have 16 MiB in one file");
}

#[test]
fn deep_indentation_before_many_lines_is_no_bomb() {
    let body = format!("{}# s\n", " ".repeat(1 << 20));
    let open = file_with("f", &body, |file| file.slots = vec![opening("s", "# s")]);
    let report = problem(&[pack("a", vec![open, fill("f", "s", &"x\n".repeat(1 << 20), 0)])]);
    assert_eq!(report.code, "project-too-large");
}

#[test]
fn many_shares_of_one_file_are_cheap() {
    let contributions = (0..20_000).map(|at| merge("m.json", "json", &format!("{{\"l\": [{at}], \"k{at}\": 1}}")));
    let mut contributions: Vec<Contribution> = contributions.collect();
    contributions.extend((0..2_000).map(|at| merge("m.toml", "toml", &format!("l = [{at}]\nk{at} = 1\n"))));
    contributions.extend((0..2_000).map(|at| merge("m.yaml", "yaml", &format!("l: [{at}]\nk{at}: 1\n"))));
    contributions.extend((0..20_000).map(|at| merge(".env", "dotenv", &format!("K{at}=1\n"))));
    contributions.extend((0..20_000).map(|at| lines(".gitignore", &[&format!("l{at}")])));
    for (format, texts) in [
        ("jsonc", ["{}", "{\"v\": {\"l\": [#]}}"]),
        ("yaml", ["a: 1\n", "v: {l: [#]}\n"]),
        ("toml", ["a = 1\n", "[v]\nl = [#]\n"]),
    ] {
        let path = format!("sorted.{format}");
        contributions.push(file(&path, texts[0]));
        contributions.extend((0..2_000).map(|at| {
            merge_with(&path, format, &texts[1].replace('#', &at.to_string()), |merge| {
                merge.lists = vec![ListRule { pointer: "/v/l".to_owned(), policy: ListPolicy::Sorted }];
            })
        }));
    }
    let tree = composed(&[pack("a", contributions)]).unwrap();
    assert_eq!(text_of(&tree, ".gitignore").lines().count(), 20_001);
}

fn first(packs: &[(Instance, Vec<Contribution>)]) -> Report {
    composed(packs).unwrap_err().swap_remove(0)
}

/// Each fault names slots of the file, and each fill is compared to them.
#[test]
fn many_faults_of_one_file_are_cheap() {
    let slots = || (0..4_000).map(|at| Opening { required: true, ..opening(&format!("s{at}"), &format!("# s{at}")) });
    let markers: String = (0..4_000).map(|at| format!("# s{at}\n")).collect();
    let open = |body: &str| file_with("f", body, |file| file.slots = slots().collect());
    for body in [markers.as_str(), &"x\n".repeat(1 << 20)] {
        let report = first(&[pack("a", vec![open(body)])]);
        assert!(matches!(report.code, "slot-empty" | "slot-marker"), "{report:?}");
        assert!(report.details.iter().all(|line| line.len() < 500), "{report:?}");
    }
    let fills = (0..4_000).map(|at| fill("f", &format!("t{at}"), "x\n", 0)).collect();
    let report = first(&[pack("a", vec![open(&markers)]), pack("b", fills)]);
    assert!(report.code == "slot-unknown" && report.details[0].ends_with(" and 3988 more"), "{report:?}");
}

/// What clashes may be large, and everyone may bring it.
#[test]
fn many_clashes_of_large_values_are_cheap() {
    let large = merge("m.json", "json", &serde_json::to_string(&vec![1; 100_000]).unwrap());
    let packs: Vec<_> =
        (0..200).map(|at| pack(&format!("p{at}"), vec![merge("m.json", "json", &at.to_string())])).collect();
    let all: Vec<_> = std::iter::once(pack("a", vec![large])).chain(packs).collect();
    assert_eq!(first(&all).code, "merge-conflict");
}

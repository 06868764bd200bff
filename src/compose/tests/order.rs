//! The same bytes, whatever the order in which shares come.

use proptest::prelude::*;

use super::*;
use crate::model::ListPolicy;

/// Packs that share files in every way; all paths but `owned` could be anybody's.
fn packs() -> Vec<(Instance, Vec<Contribution>)> {
    let open = file_with("owned", "# s\n", |file| file.slots = vec![opening("s", "# s")]);
    let share = |name: &str, order: i32| {
        let rule = crate::model::ListRule { pointer: "/l".to_owned(), policy: ListPolicy::Unite };
        let weak = merge_with("w.yaml", "yaml", &format!("first: {name}\n{name}: 1\n"), |merge| merge.weak = true);
        vec![
            file("LICENSE", "same\n"),
            fill("owned", "s", &format!("{name}()"), order),
            lines(".gitignore", &["shared", name]),
            weak,
            merge_with("m.toml", "toml", &format!("# of {name}\n{name} = 1\nl = ['{name}', 'x']\n"), |merge| {
                merge.lists = vec![rule];
            }),
            merge("m.json", "json", &format!("{{\"{name}\": {{}}}}")),
            merge(".env.example", "dotenv", &format!("SHARED=1\n# {name}\n{name}=1\n")),
        ]
    };
    vec![
        pack("base", vec![open]),
        (requiring("orders", &["base"]), share("orders", 0)),
        (instance("alpha"), share("alpha", 0)),
        (named("twin", "alpha"), share("twin", -1)),
        (requiring("deep", &["orders"]), share("deep", 0)),
    ]
}

fn sorted(
    packs: Vec<(Instance, Vec<Contribution>)>,
    joined: &[crate::model::Name],
) -> Vec<(Instance, Vec<Contribution>)> {
    let instances: Vec<Instance> = packs.iter().map(|(instance, _)| instance.clone()).collect();
    let order = sort_canonically(instances, joined).unwrap();
    let find = |instance: &Instance| packs.iter().find(|(other, _)| other.name == instance.name).cloned().unwrap();
    order.iter().map(find).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_shares_gives_the_same_bytes(shuffled in Just(packs()).prop_shuffle()) {
        let expected = composed(&sorted(packs(), &[])).unwrap();
        prop_assert_eq!(composed(&sorted(shuffled, &[])).unwrap(), expected);
    }
}

#[test]
fn the_order_of_joining_is_what_may_matter() {
    let at_new = composed(&sorted(packs(), &[])).unwrap();
    assert_eq!(
        text_of(&at_new, "m.json"),
        "{\n  \"alpha\": {},\n  \"twin\": {},\n  \"orders\": {},\n  \"deep\": {}\n}\n"
    );
    assert_eq!(text_of(&at_new, "w.yaml"), "first: alpha\nalpha: 1\ntwin: 1\norders: 1\ndeep: 1\n");
    assert_eq!(text_of(&at_new, "owned"), "twin()\nalpha()\ndeep()\norders()\n");
    let joined = ["twin", "alpha"].map(|name| name.parse().unwrap());
    let later = composed(&sorted(packs(), &joined)).unwrap();
    assert_eq!(text_of(&later, "w.yaml"), "first: twin\ntwin: 1\nalpha: 1\norders: 1\ndeep: 1\n");
}

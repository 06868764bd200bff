#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::json;

use super::*;
use crate::compose::fixtures::{instance, named, providing, taking, taking_facts};
use crate::model::{Cardinality, Diagnose, Report};

const PLAN: Phase = Phase::Plan;
const RENDER: Phase = Phase::Render;

fn nobody(_: &Requirement) -> Vec<Name> {
    Vec::new()
}

fn offer(capability: &str, facts: Value) -> Offer {
    let (name, version) = capability.split_once('@').unwrap();
    Offer { capability: name.parse().unwrap(), version: version.parse().unwrap(), facts }
}

/// An instance that offers `web@1.0.0` with any facts.
fn web(name: &str) -> Instance {
    providing(instance(name), "web@1.0.0", json!({}))
}

/// An exchange in which each instance at a place offered `web@1.0.0`.
fn with_offers<'a>(instances: &'a [Instance], places: &[usize]) -> Exchange<'a> {
    let mut exchange = Exchange::new(instances, &nobody, Schemas::default()).unwrap();
    for &place in places {
        exchange.offer(place, vec![offer("web@1.0.0", json!({"port": place}))]).unwrap();
    }
    exchange
}

fn givers(exchange: &Exchange<'_>, place: usize, phase: Phase) -> Vec<String> {
    exchange.taken(place, phase).unwrap().into_iter().map(|taken| taken.instance.to_string()).collect()
}

fn only(errors: Vec<ExchangeError>) -> Report {
    let [error] = errors.as_slice() else { panic!("{errors:?}") };
    error.report()
}

#[test]
fn a_wave_needs_offers_of_earlier_waves_only() {
    let instances = [
        taking(web("a"), "image@^1", Cardinality::AnyNumber, PLAN),
        web("b"),
        providing(taking(instance("c"), "web@^1", Cardinality::AtLeastOne, RENDER), "image@1.2.0", json!({})),
        taking(instance("d"), "*@*", Cardinality::AnyNumber, PLAN),
        taking(instance("e"), "image@^2", Cardinality::AnyNumber, PLAN),
    ];
    let exchange = Exchange::new(&instances, &nobody, Schemas::default()).unwrap();
    assert_eq!(exchange.waves(), [vec![1, 2, 4], vec![0], vec![3]]);
}

#[test]
fn needs_for_render_make_no_circle() {
    let taker = |name: &str| taking(web(name), "web@^1", Cardinality::AnyNumber, RENDER);
    assert_eq!(Exchange::new(&[taker("a"), taker("b")], &nobody, Schemas::default()).unwrap().waves(), [[0, 1]]);
}

#[test]
fn a_circle_names_packs_and_capabilities() {
    let instances = [
        instance("free"),
        taking(web("a"), "image@^1", Cardinality::ExactlyOne, PLAN),
        taking(providing(instance("b"), "image@1.0.0", json!({})), "web@^1", Cardinality::AnyNumber, PLAN),
    ];
    let Err(errors) = Exchange::new(&instances, &nobody, Schemas::default()) else { panic!("a circle has waves") };
    let report = only(errors);
    assert_eq!(report.code, "capability-cycle");
    assert_eq!(report.message, "`a` 1.0.0 and `b` 1.0.0 need each other's facts before they can plan");
    let links = ["`a` 1.0.0 needs `image@1.0.0` of `b` 1.0.0", "`b` 1.0.0 needs `web@1.0.0` of `a` 1.0.0"];
    assert_eq!(report.details, links);
}

#[test]
fn offers_are_taken_in_canonical_order_once_and_never_ones_own() {
    let taker = taking(web("b"), "web@^1", Cardinality::AnyNumber, RENDER);
    let taker = taking(taker, "*@*", Cardinality::AnyNumber, RENDER);
    let instances = [web("z"), taker, named("second", "z"), web("a")];
    let instances = instances
        .map(|own| if own.manifest.provides.is_empty() { providing(own, "web@1.0.0", json!({})) } else { own });
    let exchange = with_offers(&instances, &[3, 0, 2, 1]);
    assert_eq!(givers(&exchange, 1, RENDER), ["z", "second", "a"]);
    assert_eq!(exchange.taken(1, RENDER).unwrap()[1].pack.as_str(), "z");
    assert!(givers(&exchange, 1, PLAN).is_empty(), "what is needed in render is not given in plan");
    assert_eq!(exchange.offers(0).len(), 1);
}

#[test]
fn the_version_of_an_offer_counts() {
    let instances = [
        providing(instance("a"), "web@2.0.0", json!({})),
        taking(instance("b"), "web@^1", Cardinality::AtMostOne, PLAN),
    ];
    let mut exchange = Exchange::new(&instances, &nobody, Schemas::default()).unwrap();
    exchange.offer(0, vec![offer("web@2.0.0", json!({}))]).unwrap();
    assert!(exchange.taken(1, PLAN).unwrap().is_empty());
}

#[test]
fn numbers_of_offers_are_checked() {
    use Cardinality::{AnyNumber, AtLeastOne, AtMostOne, ExactlyOne};
    for (cardinality, offers, code) in [
        (ExactlyOne, 0, Some("capability-missing")),
        (ExactlyOne, 1, None),
        (ExactlyOne, 2, Some("capability-surplus")),
        (AtMostOne, 0, None),
        (AtMostOne, 1, None),
        (AtMostOne, 2, Some("capability-surplus")),
        (AtLeastOne, 0, Some("capability-missing")),
        (AtLeastOne, 2, None),
        (AnyNumber, 0, None),
        (AnyNumber, 2, None),
    ] {
        let instances = [web("a"), web("b"), taking(instance("c"), "web@^1", cardinality, RENDER)];
        let places: Vec<usize> = (0..offers).collect();
        let result = with_offers(&instances, &places).taken(2, RENDER);
        let found = result.err().map(|errors| only(errors).code);
        assert_eq!(found, code, "{cardinality:?} of {offers}");
    }
}

#[test]
fn a_missing_provider_is_explained() {
    let taker = || taking(instance("c"), "web@^1", Cardinality::ExactlyOne, RENDER);
    let instances = [web("a"), providing(instance("old"), "web@0.3.0", json!({})), taker()];
    let report = only(with_offers(&instances, &[]).taken(2, RENDER).unwrap_err());
    assert_eq!(report.message, "`c` 1.0.0 needs `web@^1`, and no pack of the project offers it");
    assert_eq!(
        report.details,
        [
            "`a` 1.0.0 can offer `web@1.0.0`, but does not with these answers",
            "`old` 1.0.0 provides `web@0.3.0`, a version that does not serve",
        ]
    );
    let instances = [taker()];
    let supply = |_: &Requirement| ["nginx", "caddy"].map(|name| name.parse().unwrap()).to_vec();
    let report = only(Exchange::new(&instances, &supply, Schemas::default()).unwrap().taken(0, RENDER).unwrap_err());
    assert_eq!(report.hint.unwrap(), "add one of the packs that provide it: `nginx` and `caddy`");
    let one = |_: &Requirement| vec!["nginx".parse().unwrap()];
    let report = only(Exchange::new(&instances, &one, Schemas::default()).unwrap().taken(0, RENDER).unwrap_err());
    assert_eq!(report.hint.unwrap(), "add a pack that provides it: `--pack nginx`");
}

#[test]
fn a_surplus_names_all_who_offer() {
    let instances = [web("a"), web("b"), taking(instance("c"), "web@^1", Cardinality::ExactlyOne, RENDER)];
    let report = only(with_offers(&instances, &[0, 1]).taken(2, RENDER).unwrap_err());
    let message = "`c` 1.0.0 takes `web@^1` from one pack only, and `a` 1.0.0 and `b` 1.0.0 offer it";
    assert_eq!(report.message, message);
    assert_eq!(report.details, ["`a` 1.0.0 offers `web@1.0.0`", "`b` 1.0.0 offers `web@1.0.0`"]);
    assert_eq!(report.hint.unwrap(), "leave out all but one of them, or `c`");
}

#[test]
fn offers_have_to_be_declared_once_and_as_described() {
    let schema = json!({"type": "object", "required": ["port"], "properties": {"port": {"type": "integer"}}});
    let instances = [providing(instance("a"), "web@1.0.0", schema)];
    let refused = |offers: Vec<Offer>| {
        let mut exchange = Exchange::new(&instances, &nobody, Schemas::default()).unwrap();
        let errors = exchange.offer(0, offers).unwrap_err();
        assert!(exchange.offers(0).is_empty());
        errors
    };
    let report = only(refused(vec![offer("web@1.1.0", json!({"port": 1}))]));
    assert_eq!(report.code, "offer-undeclared");
    assert_eq!(report.message, "`a` 1.0.0 offers `web@1.1.0` in plan, which its manifest does not declare");
    assert_eq!(report.details, ["its manifest declares `web@1.0.0`"]);
    let twice = vec![offer("web@1.0.0", json!({"port": 1})), offer("web@1.0.0", json!({"port": 2}))];
    assert_eq!(only(refused(twice)).code, "offer-repeated");
    let report = only(refused(vec![offer("web@1.0.0", json!({"port": "x\u{1b}"}))]));
    assert_eq!(report.code, "facts-invalid");
    assert!(report.details[0].starts_with("`/port`: "), "{report:?}");
    assert!(!report.details[0].contains('\u{1b}'));
    let all = refused(vec![offer("other@1.0.0", json!({})), offer("web@1.0.0", json!({}))]);
    assert_eq!(all.len(), 2, "{all:?}");
}

#[test]
fn facts_have_to_fit_their_taker() {
    let schema = json!({"required": ["host"]});
    let taker = taking_facts(instance("b"), "web@^1", Cardinality::AnyNumber, RENDER, schema);
    let instances = [web("a"), taker];
    let report = only(with_offers(&instances, &[0]).taken(1, RENDER).unwrap_err());
    assert_eq!(report.code, "facts-unfit");
    assert_eq!(report.message, "the facts that `a` 1.0.0 offers as `web` are not what `b` 1.0.0 reads");
    assert_eq!(report.details, ["`/host`: is missing"]);
}

#[test]
fn a_schema_that_is_none_is_its_packs_fault() {
    let instances = [
        providing(instance("a"), "web@1.0.0", json!({"type": 3})),
        taking_facts(web("b"), "web@^1", Cardinality::AnyNumber, RENDER, json!({"type": "no"})),
        web("c"),
    ];
    let mut exchange = Exchange::new(&instances, &nobody, Schemas::default()).unwrap();
    let report = only(exchange.offer(0, vec![offer("web@1.0.0", json!({}))]).unwrap_err());
    assert_eq!(report.code, "facts-schema-invalid");
    assert_eq!(report.message, "the schema of `web` in the manifest of `a` 1.0.0 can't be used");
    exchange.offer(2, vec![offer("web@1.0.0", json!({}))]).unwrap();
    assert_eq!(only(exchange.taken(1, RENDER).unwrap_err()).code, "facts-schema-invalid");
}

#[test]
fn who_takes_one_takes_the_nearest_and_who_takes_several_takes_all() {
    let at = |base: Instance, folder: &str| Instance { at: Some(ProjectPath::parse(folder).unwrap()), ..base };
    let one = |name: &str| taking(instance(name), "web@^1", Cardinality::ExactlyOne, RENDER);
    let instances = [
        web("root"),
        at(web("orders-base"), "services/orders"),
        at(one("orders"), "services/orders"),
        at(one("users"), "services/users"),
        at(one("lookalike"), "services/orders-old"),
        at(one("deep"), "services/orders/deep"),
        taking(instance("gateway"), "web@^1", Cardinality::AnyNumber, RENDER),
    ];
    let exchange = with_offers(&instances, &[0, 1]);
    let givers = |place| givers(&exchange, place, RENDER);
    assert_eq!(givers(2), ["orders-base"]);
    assert_eq!(givers(3), ["root"]);
    assert_eq!(givers(4), ["root"]);
    assert_eq!(givers(5), ["orders-base"]);
    assert_eq!(givers(6), ["root", "orders-base"]);
    let instances = [at(web("a"), "a"), at(web("b"), "b"), one("c")];
    let exchange = with_offers(&instances, &[0, 1]);
    assert_eq!(only(exchange.taken(2, RENDER).unwrap_err()).code, "capability-surplus");
    assert_eq!(with_offers(&instances, &[1]).taken(2, RENDER).unwrap()[0].instance.as_str(), "b");
}

//! The rules of the merge, over values.

use serde_json::json;

use super::*;

fn merged(layers: &[(Value, bool)]) -> Result<Value, Vec<Clash>> {
    merged_with(layers, &[])
}

fn merged_with(layers: &[(Value, bool)], lists: &[ListRule]) -> Result<Value, Vec<Clash>> {
    let layers: Vec<Layer<'_>> =
        layers.iter().map(|(value, weak)| Layer { value: value.clone(), weak: *weak, lists }).collect();
    merge_layers(&layers)
}

fn strong(value: Value) -> (Value, bool) {
    (value, false)
}

fn weak(value: Value) -> (Value, bool) {
    (value, true)
}

fn text(value: &Value) -> String {
    value.to_string()
}

#[test]
fn objects_meet_member_by_member_and_new_members_go_last() {
    let all = merged(&[
        strong(json!({"b": 1, "o": {"x": 1}})),
        strong(json!({"z": 1, "a": 2, "o": {"y": 2}})),
        strong(json!({"b": 1})),
    ]);
    assert_eq!(text(&all.unwrap()), r#"{"b":1,"o":{"x":1,"y":2},"z":1,"a":2}"#);
}

#[test]
fn values_that_differ_clash_unless_one_is_weak() {
    type Case = (&'static str, Vec<(Value, bool)>, Option<Value>);
    let table: [Case; 12] = [
        ("two strong", vec![strong(json!(1)), strong(json!(2))], None),
        ("two that agree", vec![strong(json!(1)), strong(json!(1))], Some(json!(1))),
        ("integer and float", vec![strong(json!(1)), strong(json!(1.0))], None),
        ("a number and its text", vec![strong(json!(1)), strong(json!("1"))], None),
        ("weak first", vec![weak(json!(1)), strong(json!(2))], Some(json!(2))),
        ("weak last", vec![strong(json!(2)), weak(json!(1))], Some(json!(2))),
        ("two weak", vec![weak(json!(1)), weak(json!(2))], Some(json!(1))),
        ("weak, strong, weak", vec![weak(json!(1)), strong(json!(2)), weak(json!(3))], Some(json!(2))),
        ("weak, two strong", vec![weak(json!(1)), strong(json!(2)), strong(json!(3))], None),
        ("said again by a strong one", vec![weak(json!(1)), strong(json!(1)), strong(json!(2))], None),
        ("kinds", vec![strong(json!({})), strong(json!([]))], None),
        ("weak kinds", vec![weak(json!({"a": 1})), strong(json!(3)), weak(json!([]))], Some(json!(3))),
    ];
    for (what, layers, expected) in table {
        assert_eq!(merged(&layers).ok(), expected, "{what}");
    }
}

#[test]
fn a_weak_object_that_a_strong_one_joined_no_longer_yields() {
    let layers = [weak(json!({"x": {"a": 1}})), strong(json!({"x": {"b": 2}})), strong(json!({"x": 3}))];
    let clashes = merged(&layers).unwrap_err();
    let kind = ClashKind::Values((1, r#"{"a":1,"b":2}"#.to_owned()), (2, "3".to_owned()));
    assert_eq!(clashes, [Clash { pointer: "/x".to_owned(), kind }]);
}

#[test]
fn all_clashes_are_found_and_name_place_layers_and_values() {
    let first = json!({"a": 1, "b": {"c/d": "x"}, "e": [1]});
    let clashes = merged(&[weak(json!({})), strong(first), strong(json!({"a": 2, "b": {"c/d": "y"}, "e": {}}))]);
    let places: Vec<String> = clashes.unwrap_err().into_iter().map(|clash| clash.pointer).collect();
    assert_eq!(places, ["/a", "/b/c~1d", "/e"]);
}

#[test]
fn lists_meet_by_policy() {
    let by = |policy: ListPolicy, one: Value, two: Value| {
        let lists = [rule("", policy)];
        merged_with(&[strong(one), strong(two)], &lists).map(|value| text(&value)).unwrap()
    };
    let table = [
        (ListPolicy::Unite, json!([2, 1, 2]), json!([3, 1, 3]), "[2,1,2,3]"),
        (ListPolicy::Sorted, json!(["b", 2, "a"]), json!([10, "b", null]), r#"[null,2,10,"a","b"]"#),
        (ListPolicy::Append, json!([1]), json!([1]), "[1,1]"),
        (ListPolicy::Replace, json!([1, 2]), json!([3]), "[3]"),
    ];
    for (policy, one, two, expected) in table {
        assert_eq!(by(policy.clone(), one, two), expected, "{policy:?}");
    }
    let united = merged(&[strong(json!([{"a": 1, "b": 2}])), strong(json!([{"b": 2, "a": 1}, {"a": 1}]))]).unwrap();
    assert_eq!(text(&united), r#"[{"a":1,"b":2},{"a":1}]"#);
}

#[test]
fn lists_by_key_merge_the_objects_that_share_it() {
    let lists = [rule("", ListPolicy::ByKey("id".to_owned())), rule("/*/tags", ListPolicy::Sorted)];
    let one = json!([{"id": "a", "tags": ["y"]}, "loose", {"id": "b", "port": 1}]);
    let two = json!([{"id": "b", "host": "h"}, "loose", {"id": "a", "tags": ["x"]}, {"id": "c"}, {"no": 1}]);
    let all = merged_with(&[strong(one.clone()), strong(two)], &lists).unwrap();
    let expected = json!([
        {"id": "a", "tags": ["x", "y"]}, "loose", {"id": "b", "port": 1, "host": "h"}, {"id": "c"}, {"no": 1}
    ]);
    assert_eq!(all, expected);
    let clash = merged_with(&[strong(one), strong(json!([{"id": "b", "port": 2}]))], &lists).unwrap_err();
    assert_eq!(clash[0].pointer, "/2/port");
}

#[test]
fn a_weak_list_yields_under_replace_whatever_the_order() {
    let lists = [rule("", ListPolicy::Replace)];
    for layers in [[weak(json!([1])), strong(json!([2]))], [strong(json!([2])), weak(json!([1]))]] {
        assert_eq!(merged_with(&layers, &lists).unwrap(), json!([2]));
    }
}

#[test]
fn a_list_of_one_pack_is_sorted_too() {
    let lists = [rule("/a", ListPolicy::Sorted)];
    assert_eq!(merged_with(&[strong(json!({"a": [2, 1, 2]}))], &lists).unwrap(), json!({"a": [1, 2]}));
}

#[test]
fn rules_that_differ_clash_where_lists_meet() {
    let (append, sorted) = ([rule("/*", ListPolicy::Append)], [rule("/l", ListPolicy::Sorted)]);
    let layer = |value, lists| Layer { value, weak: false, lists };
    let layers = [
        layer(json!({"l": [1], "m": [1]}), &[]),
        layer(json!({"l": [2], "m": [1]}), &append),
        layer(json!({"l": [3]}), &sorted),
    ];
    let clashes = merge_layers(&layers).unwrap_err();
    assert!(clashes.iter().all(|clash| clash.pointer == "/l"));
    let kind = ClashKind::Rules((1, ListPolicy::Append), (2, ListPolicy::Sorted));
    assert_eq!(clashes[0].kind, kind);
}

#[test]
fn long_lists_unite_in_one_pass() {
    let one: Vec<u32> = (0..20_000).collect();
    let two: Vec<u32> = (10_000..30_000).collect();
    let all = merged(&[strong(json!(one)), strong(json!(two))]).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 30_000);
}

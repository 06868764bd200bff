//! Any change of any project, cut short anywhere.

use proptest::prelude::*;

use super::*;

/// Trees over so few names that they often share folders, and that one's file is the other's folder.
fn tree() -> impl Strategy<Value = Files> {
    let name = prop::sample::select(vec!["a", "b", "a-b", "a.b", "A"]);
    let path = prop::collection::vec(name, 1..4).prop_map(|names| names.join("/"));
    let file = ("[xy]{0,2}", any::<bool>().prop_map(|executable| executable && cfg!(unix)));
    prop::collection::btree_map(path, file, 0..8).prop_map(|files| {
        let mut tree = Files::new();
        let mut set = crate::model::PathSet::default();
        for (path, file) in files {
            if set.insert(&ProjectPath::parse(&path).unwrap()).is_ok() {
                tree.insert(path, file);
            }
        }
        tree
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_project_is_old_or_new(old in tree(), new in tree(), at in 0_usize..60, again in 0_usize..30, exchanges: bool) {
        let room = project(&old);
        let change = between(&old, &new);
        let (count, count_again) = (Cell::new(0), Cell::new(0));
        let made = change_on(Disk::watched(&killed(&count, at, exchanges)), room.path(), &change);
        let watch = killed(&count_again, again, exchanges);
        let _ = Target::look(room.path()).unwrap().recover(Disk::watched(&watch));
        recover(room.path()).unwrap();
        let standing = standing(room.path());
        prop_assert!(standing == new || standing == old && made.is_err(), "{standing:?}");
        prop_assert_eq!(recover(room.path()).unwrap(), Recovery::Nothing);
        if standing == old && old != new {
            super::change(room.path(), &change).unwrap();
        }
        prop_assert_eq!(&super::standing(room.path()), &new);
        super::change(room.path(), &between(&new, &old)).unwrap();
        prop_assert_eq!(&super::standing(room.path()), &old);
    }
}

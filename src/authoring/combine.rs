//! Combinations of choices: all of them where they are few, else so many that every two choices meet.
//!
//! Most mistakes of packs come from one answer or from two that meet; three that have to meet are rare. Pairs grow with
//! the logarithm of the number of questions, all combinations double with each.

use std::collections::BTreeSet;

/// The most combinations of which all are taken.
const MAX_ALL: usize = 64;

/// For each combination the number of the choice in each factor; `sizes` says how many choices the factors have.
pub fn combinations(sizes: &[usize]) -> Vec<Vec<usize>> {
    let all = sizes.iter().try_fold(1_usize, |product, size| product.checked_mul(*size));
    if all.is_some_and(|all| all <= MAX_ALL) { product(sizes) } else { pairs(sizes) }
}

/// All combinations, as [`combinations`] gives them.
pub fn product(sizes: &[usize]) -> Vec<Vec<usize>> {
    sizes.iter().fold(vec![Vec::new()], |rows, size| {
        let with = |row: &Vec<usize>, choice| row.iter().copied().chain([choice]).collect();
        rows.iter().flat_map(|row| (0..*size).map(move |choice| with(row, choice))).collect()
    })
}

/// Rows that hold every pair of choices of two factors, made greedily: each row takes, factor by factor, the choice that
/// makes the most pairs that no row has yet.
fn pairs(sizes: &[usize]) -> Vec<Vec<usize>> {
    let mut open: BTreeSet<[usize; 4]> = BTreeSet::new();
    for (a, &choices_a) in sizes.iter().enumerate() {
        for (b, &choices_b) in sizes.iter().enumerate().skip(a + 1) {
            open.extend((0..choices_a).flat_map(|x| (0..choices_b).map(move |y| [a, x, b, y])));
        }
    }
    let mut rows = Vec::new();
    // Each row begins with a pair that is open, so that each closes one at least.
    while let Some(&[first, first_choice, second, second_choice]) = open.first() {
        let mut row: Vec<Option<usize>> = vec![None; sizes.len()];
        for (factor, choice) in [(first, first_choice), (second, second_choice)] {
            if let Some(place) = row.get_mut(factor) {
                *place = Some(choice);
            }
        }
        for (factor, &choices) in sizes.iter().enumerate() {
            if row.get(factor).copied().flatten().is_some() {
                continue;
            }
            let gain = |choice: usize| {
                let others = row.iter().enumerate().filter_map(|(other, chosen)| Some((other, (*chosen)?)));
                others.filter(|&(other, chosen)| open.contains(&pair((factor, choice), (other, chosen)))).count()
            };
            // Of equals the first: the rows are the same on every machine.
            let best = (0..choices).rev().max_by_key(|choice| gain(*choice)).unwrap_or_default();
            if let Some(place) = row.get_mut(factor) {
                *place = Some(best);
            }
        }
        let row: Vec<usize> = row.into_iter().flatten().collect();
        for (a, &x) in row.iter().enumerate() {
            for (b, &y) in row.iter().enumerate().skip(a + 1) {
                open.remove(&[a, x, b, y]);
            }
        }
        rows.push(row);
    }
    rows
}

fn pair(one: (usize, usize), other: (usize, usize)) -> [usize; 4] {
    let ((a, x), (b, y)) = if one.0 < other.0 { (one, other) } else { (other, one) };
    [a, x, b, y]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_all_taken() {
        assert_eq!(combinations(&[]), [Vec::<usize>::new()]);
        assert_eq!(combinations(&[2, 2]), [[0, 0], [0, 1], [1, 0], [1, 1]]);
        assert_eq!(combinations(&[4, 4, 4]).len(), 64);
    }

    #[test]
    fn of_many_every_two_choices_meet() {
        let sizes = [2, 3, 4, 2, 5, 2, 2, 3];
        let rows = combinations(&sizes);
        assert!(rows.len() < 40, "{}", rows.len());
        for (a, &choices_a) in sizes.iter().enumerate() {
            for (b, &choices_b) in sizes.iter().enumerate().skip(a + 1) {
                for (x, y) in (0..choices_a).flat_map(|x| (0..choices_b).map(move |y| (x, y))) {
                    assert!(rows.iter().any(|row| row[a] == x && row[b] == y), "{a}={x} and {b}={y}");
                }
            }
        }
    }
}

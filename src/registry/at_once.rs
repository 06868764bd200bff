//! Asking for several things at once, where waiting is what takes time.

use std::thread;

/// How many things are asked for at once.
const AT_ONCE: usize = 16;

/// Does the same for each of several things, several at once, and gives the answers in the order of the things.
pub(super) fn at_once<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let mut answers = Vec::with_capacity(things.len());
    for group in things.chunks(AT_ONCE) {
        if let [thing] = group {
            answers.push(work(thing));
            continue;
        }
        let work = &work;
        thread::scope(|scope| {
            let threads: Vec<_> = group.iter().map(|thing| scope.spawn(move || work(thing))).collect();
            // A thread ends without an answer only by a panic; then it is asked again on this one.
            let answer =
                |(thread, thing): (thread::ScopedJoinHandle<'_, R>, &T)| thread.join().unwrap_or_else(|_| work(thing));
            answers.extend(threads.into_iter().zip(group).map(answer));
        });
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_order() {
        let things: Vec<usize> = (0..50).collect();
        assert_eq!(at_once(&things, |thing| thing * 2), (0..50).map(|thing| thing * 2).collect::<Vec<_>>());
        assert_eq!(at_once(&[] as &[usize], |thing| *thing), [0; 0]);
    }
}

//! The pages for authors are true: those here need nothing but `scaffold`.

use crate::support::{Machine, Reader, page};

#[test]
fn every_chapter_of_authoring_can_be_followed() {
    for chapter in page("authoring.md").split("\n## ").skip(1) {
        Reader::new(&Machine::new()).follow(chapter);
    }
}

#[test]
fn the_tutorial_without_code_can_be_followed() {
    Reader::new(&Machine::new()).follow(&page("tutorials/no-code.md"));
}

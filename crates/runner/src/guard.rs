//! Catches a panic of user code without noise on the screen and keeps its message and place.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// A caught panic.
#[derive(Debug, Clone, PartialEq)]
pub struct Panic {
    /// What the panic said, on one line.
    pub message: String,
    /// `file:line` of the panic, relative to the sources; empty when unknown.
    pub place: String,
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

static HOOK: Once = Once::new();

/// Runs `work`; a panic in it comes back as data and prints nothing.
pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Panic> {
    HOOK.call_once(install);
    let outer = GUARDED.replace(true);
    PLACE.take();
    // A panicking run is thrown away whole: nothing it shared is looked at again.
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.map_err(|payload| Panic { message: message(payload.as_ref()), place: PLACE.take() })
}

/// Does `work` on all items together; when that panics, on each item alone, so that only the guilty ones are lost.
pub fn isolate<T, R>(items: &[T], work: impl Fn(&[T]) -> Vec<R>) -> Vec<Result<R, Panic>> {
    if let Ok(results) = catch(|| work(items)) {
        return results.into_iter().map(Ok).collect();
    }
    let alone = |item: &T| catch(|| work(std::slice::from_ref(item)).pop().expect("one result for one item"));
    items.iter().map(alone).collect()
}

/// The hook stays silent for guarded threads and leaves all others to the hook before it.
fn install() {
    let before = take_hook();
    set_hook(Box::new(move |info: &PanicHookInfo| {
        if !GUARDED.get() {
            before(info);
        } else if let Some(place) = info.location() {
            let text = format!("{}:{}", short(place.file()), place.line());
            PLACE.set(text);
        }
    }));
}

/// A source path without the machine's folders: from the crate's own folder on.
fn short(file: &str) -> &str {
    let from = ["crates/", "examples/", "src/"].iter().filter_map(|part| file.find(part)).min();
    if file.starts_with('/') { from.map_or(file, |i| &file[i..]) } else { file }
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| text.to_string())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_string());
    text.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_and_place_are_kept_and_the_thread_goes_on() {
        let line = line!() + 1;
        let caught = catch(|| assert_eq!(1 + 1, 3, "sums")).unwrap_err();
        assert!(caught.message.contains("sums"), "{}", caught.message);
        assert!(caught.place.ends_with(&format!("guard.rs:{line}")), "{}", caught.place);
        assert_eq!(catch(|| 7), Ok(7));
    }

    #[test]
    fn only_the_guilty_item_is_lost() {
        let work = |items: &[i32]| {
            assert!(!items.contains(&13), "unlucky");
            items.iter().map(|item| 10 * item).collect()
        };
        assert_eq!(isolate(&[1, 2], work), [Ok(10), Ok(20)]);
        let results = isolate(&[1, 13, 2], work);
        assert_eq!((&results[0], &results[2]), (&Ok(10), &Ok(20)));
        assert_eq!(results[1].as_ref().unwrap_err().message, "unlucky");
    }
}

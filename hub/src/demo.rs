//! `switchhook-demo`: the hub in a page's worker, for as long as the page is open.
//!
//! Lives here: the start, and what is said to whoever starts it elsewhere.
//! May not be here: anything that can be tested natively (`worker`).
//! Cargo builds it for a computer too, where the feature is on, so that one command checks everything.

fn main() {
    #[cfg(target_arch = "wasm32")]
    switchhook_hub::worker::port::serve();
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!(
        "switchhook-demo runs in a page's worker only. Open the page with ?demo, or run switchhook-hub."
    );
}

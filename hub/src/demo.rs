//! `switchhook-demo`: the hub in a page's worker.

fn main() {
    #[cfg(target_arch = "wasm32")]
    switchhook_hub::worker::port::serve();
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!(
        "switchhook-demo runs in a page's worker only. Open the page with ?demo, or run switchhook-hub."
    );
}

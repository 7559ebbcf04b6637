//! What only a browser can show: cells and their mounts, the page's elements, the buttons that people would press.
//!
//! Lives here: tests that run in Chromium, inside the same program as the page; a model is fed and the document looked at.
//! May not be here: servers and people's ways through the page (`tests/e2e`), anything that can be tested natively.
//! Every test mounts a page of its own; those of earlier tests are out of the document and see no more events.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::disallowed_methods, reason = "these tests look at the document")]

mod attention;
mod buttons;
mod cards;
mod cells;
mod languages;
mod page;
mod rig;
mod rows;
mod sources;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

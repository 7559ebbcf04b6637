//! Switchhook.

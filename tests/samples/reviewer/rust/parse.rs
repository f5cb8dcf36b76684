//! Reads a port out of what a user wrote.

pub fn port(text: &str) -> u16 {
    text.trim().parse().unwrap()
}

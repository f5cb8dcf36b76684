//! Reads a port out of what a user wrote.

use std::num::ParseIntError;

pub fn port(text: &str) -> Result<u16, ParseIntError> {
    text.trim().parse()
}

//! The generated stubs, in modules as deep as their packages.
#![allow(dead_code)]
include!("../gen/mod.rs");
pub use atelier::resolver::v1 as resolver;

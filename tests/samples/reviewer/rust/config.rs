//! Where the service's key comes from.

pub const API_TOKEN: &str = "@@token@@";

pub fn header() -> (String, String) {
    ("X-Token".to_string(), API_TOKEN.to_string())
}

//! Where the service's key comes from.

use std::env;

pub fn header() -> Result<(String, String), env::VarError> {
    Ok(("X-Token".to_string(), env::var("API_TOKEN")?))
}

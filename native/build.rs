//! Linker settings that a Node-API library needs on each platform, and the versions that a library does not tell itself.

use std::path::PathBuf;

fn main() {
    napi_build::setup();
    println!("cargo:rustc-env=LIBDEFLATE_VERSION={}", libdeflate_version());
}

/// From the header that the crate built its library with.
fn libdeflate_version() -> String {
    let include = std::env::var_os("DEP_LIBDEFLATE_INCLUDE").expect("libdeflate-sys tells where its header is");
    let header = PathBuf::from(include).join("libdeflate.h");
    let text = std::fs::read_to_string(header).expect("the header can be read");
    let line = text.lines().find(|line| line.contains("LIBDEFLATE_VERSION_STRING"));
    line.and_then(|line| line.split('"').nth(1)).expect("the header states a version").to_owned()
}

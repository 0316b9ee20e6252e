//! Builds the codec core with the headers of the libraries that the crates bring, and sets what a Node-API library needs
//! from the linker of each platform.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    napi_build::setup();
    println!("cargo:rerun-if-changed=codecs");
    let mut core = cc::Build::new();
    let files = fs::read_dir("codecs").expect("the codec core is there").map(|entry| entry.expect("an entry").path());
    let mut sources: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "c")).collect();
    sources.sort();
    for library in ["LIBDEFLATE", "LZMA", "LZ4", "ZSTD"] {
        let include = env::var_os(format!("DEP_{library}_INCLUDE")).expect("the crate says where its headers are");
        core.include(include);
    }
    core.files(sources).std("c11").opt_level(3).flag_if_supported("-fvisibility=hidden").compile("isopress_codecs");
}

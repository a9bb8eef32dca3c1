//! Makes what is embedded: the files of `static/`, with the modules of each script joined to one file.
//!
//! Over a slow line sixty modules cost more than what is in them. A build that doesn't embed serves the modules as they are.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

mod linker;

fn main() -> Result<(), String> {
    println!("cargo::rustc-check-cfg=cfg(embedded)");
    println!("cargo::rerun-if-changed=src/viewer/build.rs");
    println!("cargo::rerun-if-changed=src/viewer/linker");
    // By the rule of rust-embed.
    let is_embedded =
        env::var("CARGO_FEATURE_EMBED").is_ok() || env::var("CARGO_CFG_DEBUG_ASSERTIONS").is_err();
    if is_embedded {
        println!("cargo::rustc-cfg=embedded");
        println!("cargo::rerun-if-changed=static");
        embed(Path::new("static"), &folder("OUT_DIR")?.join("page"))?;
    }
    Ok(())
}

fn folder(name: &str) -> Result<PathBuf, String> {
    env::var_os(name).map(PathBuf::from).ok_or_else(|| format!("cargo sets no {name}"))
}

/// Puts what is served into a folder.
fn embed(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: io::Error| format!("{}: {error}", to.display());
    if to.exists() {
        fs::remove_dir_all(to).map_err(failed)?;
    }
    let mut names = Vec::new();
    linker::files(from, from, &mut names).map_err(failed)?;
    for name in names.iter().filter(|name| !name.ends_with(".js")) {
        let bytes = fs::read(from.join(name)).map_err(failed)?;
        write(&to.join(name), &bytes).map_err(failed)?;
    }
    for (name, text) in linker::joined(&|name| fs::read_to_string(from.join(name)).ok())? {
        write(&to.join(name), text.as_bytes()).map_err(failed)?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)
}

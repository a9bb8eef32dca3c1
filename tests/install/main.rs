//! `tests/install/need`, which every target of the Makefile gets its tools by, in roots of Debian's that have nothing yet.
//!
//! Needs root. With TAPELINE_TORTURE the packages are installed, without it apt-get says only that it could.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// What NodeSource's package says of itself.
const NODE_FROM_ELSEWHERE: &str = "Package: nodejs\nVersion: 20.20.2-1nodesource1\nArchitecture: all\nMaintainer: tests\n\
    Description: stands for a Node.js from elsewhere\nProvides: nodejs-dev, nodejs-legacy, npm\n\
    Conflicts: nodejs-dev, nodejs-legacy, npm\nReplaces: nodejs-dev, nodejs-legacy, npm\n";

/// A minimal root of Debian's, made once.
static BARE: LazyLock<PathBuf> = LazyLock::new(|| {
    let bare = target().join("bookworm");
    let whole = bare.join("whole");
    if !whole.exists() {
        let mut make = Command::new("unshare");
        make.args(["--mount", "--propagation", "private"])
            .arg(here().join("root"))
            .arg("bookworm")
            .arg(&bare);
        said(&mut make).expect("a root");
        fs::write(whole, "").expect("a file");
    }
    bare
});

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/install")
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target")
}

/// What a command said; or, if it failed, that as the error.
fn said(command: &mut Command) -> Result<String, String> {
    let output = command.env("LC_ALL", "C").output().expect("it runs");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    if output.status.success() { Ok(text) } else { Err(text) }
}

/// A root of a test's own. It goes when this is dropped.
struct Root(PathBuf);

impl Root {
    fn bare(name: &str) -> Root {
        let root = Root(target().join(format!("bookworm-{name}")));
        let _ = fs::remove_dir_all(&root.0);
        said(Command::new("cp").args(["-a", "--reflink=auto"]).arg(&*BARE).arg(&root.0)).expect("a copy");
        fs::copy(here().join("need"), root.0.join("need")).expect("a copy");
        root
    }

    /// With the package of a Node.js from elsewhere, in /repo.
    fn with_node_from_elsewhere(name: &str) -> Root {
        let root = Root::bare(name);
        root.write("repo/nodejs/DEBIAN/control", NODE_FROM_ELSEWHERE);
        for program in ["node", "npm"] {
            root.program(&format!("repo/nodejs/usr/bin/{program}"));
        }
        root.run("dpkg-deb --build /repo/nodejs /repo/nodejs.deb").expect("a package");
        root
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn program(&self, path: &str) {
        self.write(path, "#!/bin/sh\n");
        fs::set_permissions(self.0.join(path), fs::Permissions::from_mode(0o755)).expect("a mode");
    }

    /// Has the shell in there do something.
    fn run(&self, script: &str) -> Result<String, String> {
        let mut command = Command::new("unshare");
        let inside = "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" sh -c \"$1\"";
        command.args(["--mount", "--propagation", "private", "sh", "-c", inside]).arg(&self.0).arg(script);
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        said(command.env_remove("CHROMIUM"))
    }

    /// Asks for these; gives the packages.
    fn asks_for(&self, needed: &str) -> Vec<String> {
        let said = self.run(&format!("/need --dry {needed}")).unwrap_or_else(|said| panic!("{said}"));
        let named = said.lines().filter_map(|line| line.rsplit_once("would install "));
        named.map(|(_, package)| package.to_owned()).collect()
    }

    /// Installs every tool that any target needs, which is then there.
    fn gets_everything(&self) {
        for piece in pieces() {
            self.run(&format!("/need {piece}")).unwrap_or_else(|said| panic!("{piece}: {said}"));
            assert_eq!(self.run(&format!("/need --check {piece}")), Ok(String::new()));
        }
        assert_eq!(
            self.run("/need $(/need --list | cut -d' ' -f1)"),
            Ok(String::new()),
            "nothing is asked for twice"
        );
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Tool, package, and the pieces that need it, as the script lists them.
fn tools() -> Vec<(String, String, Vec<String>)> {
    let listed = said(Command::new(here().join("need")).arg("--list")).expect("a list");
    let tool = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        let mut word = || words.next().expect("a word");
        (word(), word(), words.collect())
    };
    listed.lines().map(tool).collect()
}

fn pieces() -> Vec<String> {
    let mut pieces: Vec<String> = tools().into_iter().flat_map(|(_, _, pieces)| pieces).collect();
    pieces.sort_unstable();
    pieces.dedup();
    assert!(pieces.len() > 4);
    pieces
}

fn torture() -> bool {
    std::env::var_os("TAPELINE_TORTURE").is_some()
}

#[test]
fn a_machine_that_has_nothing_can_install_what_each_target_needs() {
    let root = Root::bare("plain");
    let packages = root.asks_for(&pieces().join(" "));
    for package in ["gcc", "sqlite3", "chromium", "nodejs", "npm", "debootstrap", "nginx-light"] {
        assert!(packages.iter().any(|named| named == package), "{packages:?}");
    }
    let refused = root.run("/need --check browser").expect_err("nothing is there");
    assert!(refused.contains("chromium is missing (package chromium of Debian's)\n"), "{refused}");
    // The keys by which a release is known come with apt.
    assert_eq!(root.run("/need --check keyring"), Ok(String::new()));
    if torture() {
        root.gets_everything();
        // Also by those of a release that is not out yet.
        fs::create_dir(root.0.join("tests")).expect("a folder");
        for script in ["need", "root"] {
            fs::copy(here().join(script), root.0.join("tests").join(script)).expect("a copy");
        }
        root.run("/tests/root sid /sid").unwrap_or_else(|said| panic!("{said}"));
    }
}

#[test]
fn debians_npm_is_not_asked_for_where_node_js_is_from_elsewhere() {
    let root = Root::with_node_from_elsewhere("elsewhere");
    root.run("dpkg -i /repo/nodejs.deb").expect("it is installed");
    // One line for all, as it is said everywhere, fails as a whole.
    let refused =
        root.run("apt-get -s install -y chromium nodejs npm fontconfig").expect_err("they conflict");
    assert!(refused.contains("npm : Depends: nodejs") || refused.contains("Conflicts: npm"), "{refused}");
    let packages = root.asks_for(&pieces().join(" "));
    assert!(packages.iter().any(|named| named == "chromium"));
    assert!(!packages.iter().any(|named| named == "nodejs" || named == "npm"), "{packages:?}");
    if torture() {
        root.gets_everything();
    }
}

#[test]
fn a_node_js_that_apt_gets_from_elsewhere_brings_its_npm() {
    let root = Root::with_node_from_elsewhere("repository");
    let index = "cd /repo && cat nodejs/DEBIAN/control >Packages && printf 'Filename: ./nodejs.deb\\nSize: %s\\nSHA256: %s\\n' \
        $(stat -c %s nodejs.deb) $(sha256sum nodejs.deb | cut -c -64) >>Packages";
    root.run(index).expect("an index");
    root.write("etc/apt/sources.list.d/elsewhere.list", "deb [trusted=yes] file:/repo ./\n");
    root.run("apt-get update").expect("a list");
    let packages = root.asks_for("node npm");
    assert_eq!(packages, ["nodejs"]);
    root.run("/need node npm").expect("both are there");
    assert_eq!(root.run("command -v npm"), Ok("/usr/bin/npm\n".into()));
}

#[test]
fn a_node_js_of_no_package_without_npm_is_named_and_left_alone() {
    let root = Root::bare("alone");
    root.program("usr/local/bin/node");
    let refused = root.run("/need npm").expect_err("npm is missing");
    assert!(refused.contains("install it as you did /usr/local/bin/node, or remove that"), "{refused}");
}

#[test]
fn a_piece_that_nobody_knows_is_refused() {
    let refused = said(Command::new(here().join("need")).arg("bowser"));
    assert_eq!(refused, Err("need: nothing is known as bowser\n".into()));
}

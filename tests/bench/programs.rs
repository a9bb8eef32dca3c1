//! The programs that are measured: built or found, started on a free port, ended with the bench.

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs::{self, File};
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The limit program travels within the bench, so that it is built from what was compiled.
const LIMIT_SOURCE: &str = include_str!("limit.c");

const LIMIT_FLAGS: [&str; 5] = ["-O3", "-march=native", "-fno-pie", "-no-pie", "-DSQLITE_USE_ALLOCA"];

/// Longer than any server that will ever be ready needs.
const START_PATIENCE: Duration = Duration::from_secs(120);

const STOP_PATIENCE: Duration = Duration::from_secs(20);

/// Where the build that this bench belongs to puts its files.
pub fn target() -> Result<PathBuf> {
    let bench = std::env::current_exe().context("finding the bench's own file")?;
    let target = bench.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    Ok(target.context("the bench is not in a Cargo target folder; start it with `cargo bench`")?.to_owned())
}

/// The server under test.
pub fn tapeline(given: Option<&Path>) -> Result<PathBuf> {
    let path = match given {
        Some(path) => path.to_owned(),
        None => target()?.join("release/tapeline"),
    };
    if !path.exists() {
        bail!(
            "{} is missing; build it with `cargo build --release`, or name another with --tapeline",
            path.display()
        );
    }
    Ok(fs::canonicalize(path)?)
}

/// Runs one command of `tapeline` on a database.
pub fn run(tapeline: &Path, arguments: &[&str], db: &Path, input: &str) -> Result<String> {
    let mut command = clean(tapeline, db);
    command.args(arguments).arg("--db").arg(db);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("starting {}", tapeline.display()))?;
    if let Some(mut stdin) = child.stdin.take() {
        writeln!(stdin, "{input}").ok();
    }
    let said = succeeded(child.wait_with_output()?, &format!("tapeline {}", arguments.join(" ")))?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

fn succeeded(output: Output, what: &str) -> Result<Vec<u8>> {
    if !output.status.success() {
        bail!("`{what}` failed ({}):\n{}", output.status, String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(output.stdout)
}

/// A command that no setting of the person who runs the bench reaches.
fn clean(program: &Path, db: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(db.parent().unwrap_or(Path::new("/")));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TAPELINE_")) {
        command.env_remove(name);
    }
    command.env("TAPELINE_USUAL_CONFIG", "");
    command
}

/// Builds the limit program unless that is done, against the SQLite that the server has.
pub fn limit(folder: &Path, sqlite: Option<&Path>) -> Result<PathBuf> {
    let sqlite = match sqlite {
        Some(folder) => folder.to_owned(),
        None => bundled_sqlite()?,
    };
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
    let recipe = format!("// {compiler} {} -I {}\n{LIMIT_SOURCE}", LIMIT_FLAGS.join(" "), sqlite.display());
    let (source, program) = (folder.join("limit.c"), folder.join("limit"));
    if program.exists() && fs::read_to_string(&source).is_ok_and(|built| built == recipe) {
        return Ok(program);
    }
    eprint!("compiling the limit program … ");
    fs::remove_file(&program).ok();
    fs::write(&source, recipe)?;
    let mut command = Command::new(&compiler);
    command
        .args(LIMIT_FLAGS)
        .arg("-I")
        .arg(&sqlite)
        .arg(&source)
        .arg("-o")
        .arg(&program)
        .args(["-lpthread", "-lm"]);
    let output = command
        .output()
        .with_context(|| format!("starting {compiler}; install a C compiler, or name one in CC"))?;
    succeeded(output, &compiler).context("compiling limit.c")?;
    eprintln!("done");
    Ok(program)
}

/// The folder of the SQLite source that libsqlite3-sys ships.
fn bundled_sqlite() -> Result<PathBuf> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut command = Command::new(&cargo);
    command.args(["metadata", "--format-version", "1"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.output().with_context(|| format!("starting {cargo}"))?;
    let metadata = succeeded(output, "cargo metadata")
        .context("looking for libsqlite3-sys; or name the folder of sqlite3.c with --sqlite")?;
    let metadata: Value = serde_json::from_slice(&metadata)?;
    let package = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == "libsqlite3-sys");
    let manifest = package.and_then(|package| package["manifest_path"].as_str());
    let manifest = Path::new(manifest.context(
        "libsqlite3-sys is not among the dependencies; name the folder of sqlite3.c with --sqlite",
    )?);
    Ok(manifest.with_file_name("sqlite3"))
}

/// A server that runs; it ends with this value.
pub struct Server {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// Starts `tapeline serve`.
    pub fn tapeline(program: &Path, db: &Path, label: &str) -> Result<Server> {
        let media = db.with_file_name("media");
        fs::create_dir_all(&media)?;
        let mut command = clean(program, db);
        command.arg("serve").arg("--db").arg(db).arg("--media-root").arg(media);
        // Its rows have no sound: looking for that of a million at the start would run beside what is measured.
        command.env("TAPELINE_WATCH", "false");
        Server::start(command, db, label, |command, port| {
            command.arg("--listen").arg(format!("127.0.0.1:{port}"));
        })
    }

    /// Starts the limit program.
    pub fn limit(program: &Path, db: &Path) -> Result<Server> {
        Server::start(clean(program, db), db, "limit", |command, port| {
            command.arg(db).arg(port.to_string());
        })
    }

    /// Starts nginx on a folder, set up as it comes but for what would leave that folder's neighbourhood.
    pub fn nginx(program: &Path, root: &Path) -> Result<Server> {
        let settings = root.with_file_name("nginx.conf");
        let mut command = Command::new(program);
        let folder = root.parent().unwrap_or(root);
        command.arg("-p").arg(folder).arg("-c").arg(&settings).arg("-e").arg(folder.join("nginx-error.log"));
        Server::start(command, &settings, "nginx", |_, port| {
            let text = format!(
                "daemon off; user root; pid {0}/nginx.pid; error_log {0}/nginx-error.log; events {{}}
                 http {{ access_log off; sendfile on; server {{ listen 127.0.0.1:{port}; root {1}; }} }}\n",
                folder.display(),
                root.display()
            );
            // Without it nginx ends at once and says why.
            fs::write(&settings, text).ok();
        })
    }

    fn start(
        mut command: Command,
        db: &Path,
        label: &str,
        listen: impl FnOnce(&mut Command, u16),
    ) -> Result<Server> {
        let address = free_address()?;
        listen(&mut command, address.port());
        let log = db.with_file_name(format!("{label}.log"));
        let file = File::create(&log).with_context(|| format!("making {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child =
            command.spawn().with_context(|| format!("starting {}", command.get_program().display()))?;
        Ok(Server { child, address, log })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it takes connections.
    pub fn wait_until_ready(&mut self) -> Result<()> {
        let begin = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended ({status}) before it took connections:\n{}", self.last_words());
            }
            if begin.elapsed() > START_PATIENCE {
                bail!("no server on {} after {START_PATIENCE:?}:\n{}", self.address, self.last_words());
            }
            thread::sleep(Duration::from_micros(200));
        }
        Ok(())
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(12)..].join("\n");
        format!("{last}\n(the whole log is {})", self.log.display())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).ok();
        let begin = Instant::now();
        while begin.elapsed() < STOP_PATIENCE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        eprintln!("the server did not end when asked to; it is killed (its log: {})", self.log.display());
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

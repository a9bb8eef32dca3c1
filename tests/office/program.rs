//! Other programs beside the tests: the built binary, and the plain sqlite3 shell.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// A folder of its own for a test, below target/; it goes when the test is over.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("api-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).expect("target/ can be written to");
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The same as text.
    pub fn text(&self, name: &str) -> String {
        self.file(name).to_str().expect("UTF-8").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a command said and how it ended.
#[derive(Debug)]
pub struct Said {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    fn new(output: Output) -> Said {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Said {
            status: output.status.code().expect("an exit status"),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// Standard output of a command that succeeded.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.status, 0, "{self:?}");
        self.out
    }

    /// The one sentence with which a command failed.
    #[track_caller]
    pub fn refusal(self) -> String {
        assert!(matches!(self.status, 1 | 2), "{self:?}");
        assert_eq!(self.out, "");
        let line = self.err.strip_suffix('\n').expect("a line");
        assert_eq!(line.lines().count(), 1, "one sentence: {line}");
        line.strip_prefix("tapeline: ").expect("the program's name").to_owned()
    }
}

/// The built binary, without the settings of whoever runs the tests.
pub fn tapeline() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tapeline"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TAPELINE_")) {
        command.env_remove(name);
    }
    command.env("TAPELINE_BCRYPT_COST", "4");
    // Not those of this machine either.
    command.env("TAPELINE_USUAL_CONFIG", "");
    // Only where a test wants it.
    command.env("TAPELINE_WATCH", "false");
    command
}

/// Runs the binary.
pub fn run(arguments: &[&str]) -> Said {
    run_with(arguments, "")
}

/// Runs the binary with something on its standard input.
pub fn run_with(arguments: &[&str], input: &str) -> Said {
    finish(tapeline().args(arguments), input)
}

/// Runs a command to its end.
pub fn finish(command: &mut Command, input: &str) -> Said {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that does not read is no failure of the test's.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    Said::new(child.wait_with_output().expect("the program ends"))
}

/// What the sqlite3 shell says to a script.
#[track_caller]
pub fn sqlite3(db: &Path, script: &str) -> String {
    let said = finish(Command::new("sqlite3").arg("-bail").arg(db), &format!(".timeout 5000\n{script}\n"));
    assert_eq!((said.status, said.err.as_str()), (0, ""), "{script}");
    said.out.trim_end().to_owned()
}

/// Makes a database the way the README says that anyone can.
pub fn make_with_sqlite3(db: &Path) {
    sqlite3(db, include_str!("../../schema.sql"));
    std::fs::set_permissions(db, std::fs::Permissions::from_mode(0o600)).expect("a mode");
}

/// A sqlite3 shell that stays, to hold a lock meanwhile.
pub struct Shell {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Shell {
    pub fn open(db: &Path) -> Shell {
        let mut child = Command::new("sqlite3")
            .arg(db)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sqlite3 starts");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Shell { child, input, output }
    }

    /// Runs a script and waits until it is done.
    pub fn run(&mut self, script: &str) {
        writeln!(self.input, "{script}\n.print done").expect("sqlite3 reads");
        let mut line = String::new();
        while line.trim_end() != "done" {
            line.clear();
            assert_ne!(self.output.read_line(&mut line).expect("sqlite3 answers"), 0, "sqlite3 ended");
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `tapeline serve` of this database, at a free port, with the folder sound beside it as its media root.
pub fn serve(db: &Path) -> Command {
    let mut command = tapeline();
    command.args(["serve", "--listen", "127.0.0.1:0", "--db"]).arg(db);
    command.arg("--media-root").arg(db.with_file_name("sound"));
    command
}

/// A running `tapeline serve`.
pub struct Serving {
    child: Child,
    pub address: SocketAddr,
    output: BufReader<ChildStdout>,
    errors: Option<std::thread::JoinHandle<()>>,
    log: Arc<Mutex<String>>,
}

impl Serving {
    /// Starts it and waits until it says where it listens, and answers there.
    pub fn start(command: &mut Command) -> Serving {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        output.read_line(&mut line).expect("it says where it listens");
        let Some(address) = line.trim_end().rsplit("http://").next().and_then(|text| text.parse().ok())
        else {
            let said = child.wait_with_output().expect("the program ends");
            panic!("{line:?} {}", String::from_utf8_lossy(&said.stderr));
        };
        let request = crate::http::request("GET", "/", &[("Host", "tapeline"), ("Connection", "close")], b"");
        assert_eq!(crate::http::exchange(address, None, &request).status, 200);
        // Read all along: a pipe that fills up would stop the server.
        let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        let log = Arc::<Mutex<String>>::default();
        let all = Arc::clone(&log);
        let errors = std::thread::spawn(move || {
            for line in stderr.lines() {
                *all.lock().expect("no panic") += &(line.expect("UTF-8") + "\n");
            }
        });
        Serving { child, address, output, errors: Some(errors), log }
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        self.log.lock().expect("no panic").clone()
    }

    /// How many sockets it has open (proc(5)); a connection has two of them.
    pub fn sockets(&self) -> usize {
        let descriptors = std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).expect("proc(5)");
        let targets = descriptors.filter_map(|descriptor| std::fs::read_link(descriptor.ok()?.path()).ok());
        targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
    }

    /// Private memory that it has now, in KiB (proc(5)).
    pub fn private_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("proc(5)");
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("a line");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// Processor time that it has taken so far, in clock ticks (proc(5)).
    pub fn processor_time(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("proc(5)");
        let fields = stat.rsplit_once(") ").expect("a name in parentheses").1.split(' ');
        fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum()
    }

    /// The most memory that it has had so far, in bytes (proc(5)).
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("proc(5)");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        1024 * line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number")
    }

    /// Lets it have file descriptors below this number, as `ulimit -n` does.
    pub fn limit_descriptors(&self, most: u32) {
        let (process, most) = (self.child.id().to_string(), format!("--nofile={most}:"));
        let status = Command::new("prlimit").args(["--pid", &process, &most]).status();
        assert!(status.expect("prlimit runs").success());
    }

    /// Sends a signal, as `kill` does.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
    }

    /// Waits for its end and gives all that it said, but for the first line.
    pub fn wait(mut self) -> Said {
        let mut out = String::new();
        self.output.read_to_string(&mut out).expect("UTF-8");
        self.errors.take().expect("waited for once").join().expect("the log is read");
        let err = self.log();
        let status = self.child.wait().expect("the program ends").code().expect("an exit status");
        Said { status, out, err }
    }

    /// Asks it to stop and waits.
    pub fn stop(self) -> Said {
        self.signal("TERM");
        self.wait()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! The sample company: from the start of the binary to the first page, and a second start on what is there.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::program::{self, mebibytes};

const PATIENCE: Duration = Duration::from_mins(10);

pub(crate) fn measure(suppliers: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    println!("\nstart: the sample company of {suppliers} suppliers");
    let (took, child) = until_first_page(&data, suppliers)?;
    println!(
        "first start to first page   {:>8.2} s   bar 20 s",
        took.as_secs_f64()
    );
    stop(child)?;
    let (took, child) = until_first_page(&data, suppliers)?;
    println!(
        "second start to first page  {:>8.2} s   bar 1 s",
        took.as_secs_f64()
    );
    thread::sleep(Duration::from_secs(3));
    let idle = program::memory(child.id(), "VmRSS:").unwrap_or_default();
    println!(
        "idle memory                 {:>8} MiB bar 120 MiB",
        mebibytes(idle)
    );
    stop(child)?;
    let size = std::fs::metadata(program::keelson()?)?.len();
    println!("size of the binary          {:>8} MiB", mebibytes(size));
    Ok(())
}

/// Starts the sample company and waits for its first page.
pub(crate) fn until_first_page(data: &Path, suppliers: u64) -> Result<(Duration, Child)> {
    let address = free_address()?;
    let begun = Instant::now();
    let mut child = Command::new(program::keelson()?)
        .args(["demo", "--suppliers", &suppliers.to_string()])
        .args(["--listen", &address.to_string(), "--data"])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    while !answers(address) {
        if let Some(status) = child.try_wait()? {
            bail!("keelson demo ended with {status} before its first page");
        }
        if begun.elapsed() > PATIENCE {
            child.kill()?;
            bail!("no page after {} s", PATIENCE.as_secs());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok((begun.elapsed(), child))
}

/// Whether the sign-in page comes back whole.
fn answers(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_millis(50))?;
        write!(
            stream,
            "GET /sign-in HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200") && answer.contains("</html>"))
}

fn free_address() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

pub(crate) fn stop(mut child: Child) -> Result<()> {
    child.kill()?;
    child.wait()?;
    Ok(())
}

// Answers with what it was asked: method, target, fields and body. A CGI program.
use std::env;
use std::io::{self, Write};

fn main() -> io::Result<()> {
    let variable = |name| env::var(name).unwrap_or_default();
    let mut out = io::stdout().lock();
    write!(out, "Content-Type: text/plain\nX-Guest: rust\n\n")?;
    write!(out, "{}\n{}", variable("REQUEST_METHOD"), variable("PATH_INFO"))?;
    let query = variable("QUERY_STRING");
    if !query.is_empty() {
        write!(out, "?{query}")?;
    }
    writeln!(out)?;
    for (name, value) in env::vars() {
        if let Some(name) = name.strip_prefix("HTTP_") {
            writeln!(out, "{}: {value}", name.to_lowercase().replace('_', "-"))?;
        }
    }
    writeln!(out)?;
    io::copy(&mut io::stdin().lock(), &mut out)?;
    out.flush()
}

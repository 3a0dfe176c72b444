//! The attribute behind `#[db_test]`; use it through `keelson_testkit`.

use proc_macro::{TokenStream, TokenTree};

/// Turns `async fn name(db: TestDb)` into two tests, `name::sqlite` and `name::postgres`.
///
/// The function stays as it is written. It may return nothing or a `Result`, so that `?` works.
#[proc_macro_attribute]
pub fn db_test(arguments: TokenStream, function: TokenStream) -> TokenStream {
    if !arguments.is_empty() {
        return refusal("#[db_test] takes no arguments");
    }
    let Some(name) = name_of_async_fn(&function) else {
        return refusal("#[db_test] goes on an async function: async fn name(db: TestDb) { … }");
    };
    let tests = format!(
        "mod {name} {{
            #[test]
            fn sqlite() -> ::std::process::ExitCode {{
                ::keelson_testkit::run_on(::keelson_testkit::Engine::Sqlite, super::{name})
            }}
            #[test]
            fn postgres() -> ::std::process::ExitCode {{
                ::keelson_testkit::run_on(::keelson_testkit::Engine::Postgres, super::{name})
            }}
        }}"
    );
    // Clippy lets #[test] functions unwrap, and this one is called by them.
    let may_unwrap = "#[allow(clippy::unwrap_used, reason = \"a test fails by panicking\")]";
    [parse(may_unwrap), function, parse(&tests)]
        .into_iter()
        .collect()
}

/// The word after `async fn`, looked for outside of any brackets.
fn name_of_async_fn(function: &TokenStream) -> Option<String> {
    let words: Vec<String> = function
        .clone()
        .into_iter()
        .filter_map(|token| match token {
            TokenTree::Ident(word) => Some(word.to_string()),
            _ => None,
        })
        .collect();
    let at = words.windows(2).position(|pair| pair == ["async", "fn"])?;
    words.get(at + 2).cloned()
}

fn refusal(why: &str) -> TokenStream {
    parse(&format!("compile_error!({why:?});"))
}

fn parse(code: &str) -> TokenStream {
    code.parse().expect("what this macro writes is Rust")
}

//! Everybody's own account: name, how they read, password, and where they are signed in.

use askama::{Template, filters::HtmlSafe};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use keelson_domain::{
    Error, SessionId,
    access::{self, NewPassword, PersonName, Preferences, Side, Theme, session},
};
use serde::Deserialize;

use super::{known_locale, locales, unprocessable};
use crate::{
    App, Form, Path, Result, Signed,
    kit::{
        Flash, Hx, NavItem, Page, PortalShell, Shell,
        form::{Choice, Errors, Field, SaveBar},
        format,
    },
};

/// The page in the frame of the buying company.
#[derive(Template)]
#[template(path = "access/account.html")]
struct Account {
    shell: Shell,
    body: Body,
}

/// The same page in the portal's frame.
#[derive(Template)]
#[template(path = "access/account_portal.html")]
struct PortalAccount {
    shell: PortalShell,
    body: Body,
}

#[derive(Template)]
#[template(path = "access/account_body.html")]
struct Body {
    email: String,
    roles: String,
    name: Field,
    name_errors: Errors,
    preferences: Vec<Field>,
    passwords: Vec<Field>,
    password_errors: Errors,
    sessions: Vec<Row>,
}

impl HtmlSafe for Body {}

struct Row {
    browser: String,
    seen: String,
    since: String,
    /// Where to end it; the session at hand is ended by signing out.
    end: Option<String>,
}

pub(super) async fn show(State(app): State<App>, signed: Signed) -> Result<Response> {
    page(
        &app,
        &signed,
        signed.person().name.as_str(),
        (Errors::none(), Errors::none()),
    )
    .await
}

#[derive(Deserialize)]
pub(super) struct Name {
    #[serde(default)]
    name: String,
}

pub(super) async fn rename(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Form(answers): Form<Name>,
) -> Result<Response> {
    let name = match PersonName::parse(&answers.name) {
        Ok(name) => name,
        Err(message) => {
            let errors = Errors::none().with("name", message);
            return page(&app, &signed, &answers.name, (errors, Errors::none())).await;
        }
    };
    access::change_profile(&app.keelson, &signed.act(&app), signed.person(), name).await?;
    Ok(signed.done(&app, &hx, "/account", Flash::ok("Your name is changed.")))
}

#[derive(Deserialize)]
pub(super) struct Preferred {
    theme: String,
    locale: Option<String>,
    #[serde(default)]
    shortcuts: bool,
}

pub(super) async fn prefer(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Form(answers): Form<Preferred>,
) -> Result<Response> {
    // All of these are chosen from a list: what is not in it was not sent by our form.
    let unknown =
        |what: &str| crate::Error::Unreadable(format!("There is no such {what} to choose."));
    let theme = Theme::from_code(&answers.theme).ok_or_else(|| unknown("theme"))?;
    let locale = match answers.locale {
        Some(tag) => Some(
            known_locale(&tag)
                .ok_or_else(|| unknown("locale"))?
                .to_owned(),
        ),
        None => None,
    };
    let wanted = Preferences {
        theme,
        locale,
        shortcuts: answers.shortcuts,
    };
    access::change_preferences(&app.keelson, &signed.act(&app), signed.person(), wanted).await?;
    Ok(signed.done(
        &app,
        &hx,
        "/account",
        Flash::ok("Your preferences are saved."),
    ))
}

#[derive(Deserialize)]
pub(super) struct Passwords {
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
}

pub(super) async fn change_password(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Form(answers): Form<Passwords>,
) -> Result<Response> {
    let person = signed.person();
    let errors = match NewPassword::parse(&answers.password, person.email.as_str()) {
        Err(message) => Errors::none().with("password", message),
        Ok(password) => {
            let changed = access::change_password(
                &app.keelson,
                &app.passwords,
                &signed.act(&app),
                &mut app.rng(),
                person,
                signed.session().id,
                (&answers.current, password),
            )
            .await;
            match changed {
                Ok(()) => {
                    let said =
                        Flash::ok("Your password is changed. Everywhere else you are signed out.");
                    return Ok(signed.done(&app, &hx, "/account", said));
                }
                Err(Error::Invalid(fields)) => {
                    fields.into_iter().fold(Errors::none(), |errors, field| {
                        errors.with(&field.name, field.message)
                    })
                }
                Err(error) => return Err(error.into()),
            }
        }
    };
    page(
        &app,
        &signed,
        person.name.as_str(),
        (Errors::none(), errors),
    )
    .await
}

#[derive(Deserialize)]
pub(super) struct OneSession {
    session: SessionId,
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Ends one of the own sessions. Somebody else's does not exist.
pub(super) async fn end_session(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Path(path): Path<OneSession>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    session::end(
        &app.keelson,
        &signed.act(&app),
        signed.person(),
        path.session,
    )
    .await?;
    Ok(signed.done(&app, &hx, "/account", Flash::ok("That session is ended.")))
}

async fn page(
    app: &App,
    signed: &Signed,
    name: &str,
    (name_errors, password_errors): (Errors, Errors),
) -> Result<Response> {
    let person = signed.person();
    let has_errors = !name_errors.is_empty() || !password_errors.is_empty();
    let sessions = session::of_person(app.keelson.db.read(), person.id, app.now()).await?;
    let roles: Vec<&str> = person.roles.iter().map(|role| role.label()).collect();
    let body = Body {
        email: person.email.to_string(),
        roles: roles.join(", "),
        name: Field::text("name", "Name")
            .value(name)
            .autocomplete("name")
            .error(&name_errors),
        name_errors,
        preferences: preference_fields(&person.preferences),
        passwords: password_fields(person.has_password, &password_errors),
        password_errors,
        sessions: sessions
            .iter()
            .map(|session| row(app, signed, session))
            .collect(),
    };
    Ok(match person.side() {
        Side::Buyer => {
            let mut shell = signed.shell(NavItem::Home);
            shell.has_errors = has_errors;
            answer(&Account { shell, body }, has_errors)
        }
        Side::Supplier => {
            let mut shell = signed.portal_shell(app).await?;
            shell.has_errors = has_errors;
            answer(&PortalAccount { shell, body }, has_errors)
        }
    })
}

fn answer(view: &impl Template, has_errors: bool) -> Response {
    if has_errors {
        unprocessable(view)
    } else {
        Page::whole(view).into_response()
    }
}

fn preference_fields(now: &Preferences) -> Vec<Field> {
    let themes = [
        (Theme::System, "Same as the system"),
        (Theme::Light, "Light"),
        (Theme::Dark, "Dark"),
    ]
    .map(|(theme, label)| Choice::new(theme.code(), label));
    let mut choices = vec![Choice::new("", "Same as the organisation")];
    choices.extend(locales());
    vec![
        Field::radios("theme", "Theme", themes.into()).value(now.theme.code()),
        Field::select("locale", "Numbers and dates", choices)
            .value(now.locale.as_deref().unwrap_or_default()),
        Field::check("shortcuts", "Single keys are shortcuts", now.shortcuts),
    ]
}

fn password_fields(has_one: bool, errors: &Errors) -> Vec<Field> {
    let current = Field::password("current", "Current password").autocomplete("current-password");
    let new = Field::password("password", "New password")
        .hint("At least 12 characters. Several words in a row are easy to keep in mind")
        .autocomplete("new-password");
    let fields = if has_one {
        vec![current, new]
    } else {
        vec![new]
    };
    fields
        .into_iter()
        .map(|field| field.error(errors))
        .collect()
}

fn row(app: &App, signed: &Signed, session: &session::Session) -> Row {
    let is_this = session.id == signed.session().id;
    Row {
        browser: session
            .user_agent
            .as_deref()
            .map_or_else(|| "Unknown browser".to_owned(), browser_name),
        seen: if is_this {
            "This browser, now".to_owned()
        } else {
            format::recent(session.last_seen_at, app.now(), signed.locale())
        },
        since: format::date(session.created_at.date_naive(), signed.locale()),
        end: (!is_this).then(|| format!("/account/sessions/{}/end", session.id)),
    }
}

/// What people call the browser and system that a user agent names: "Firefox on Linux".
fn browser_name(agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| {
        names
            .iter()
            .find(|(mark, _)| agent.contains(mark))
            .map(|(_, name)| *name)
    };
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::browser_name;

    #[test]
    fn a_user_agent_is_named_as_people_do() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0";
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1";
        assert_eq!(browser_name(firefox), "Firefox on Linux");
        assert_eq!(browser_name(edge), "Edge on Windows");
        assert_eq!(browser_name(phone), "Safari on iPhone");
        assert_eq!(browser_name("curl/8.14"), "curl/8.14");
    }
}

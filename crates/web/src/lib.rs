//! Pages, JSON and the portal: the only crate that knows HTTP and HTML

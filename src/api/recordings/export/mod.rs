//! recording/recordings/export: rows as CSV, or sound with them as ZIP.

mod archive;
mod ids;
mod item;
mod others;
mod request;
mod selection;

use actix_web::body::BodySize;
use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::api::wire::error::Refusal;
use crate::api::wire::privilege::MayListen;
use crate::api::wire::request::ApiRequest;
use crate::api::wire::{calendar, csv, stream};
use crate::app::{App, now};
use crate::media::Name;
use crate::model::Actor;
use crate::store::{Entry, Reader};
use archive::Rows;
use request::ExportRequest;
use selection::Selected;

pub use request::{ABOUT, EXPORT};

impl ExportRequest {
    /// The headers of a file that is kept under the date of today.
    fn response(&self) -> HttpResponseBuilder {
        let today = calendar::clock(&self.dialect.zone, now()).date();
        let name = Name::of(format!("recordings {today}.{}", self.format()).as_bytes());
        let mut response = HttpResponse::Ok();
        response.insert_header((header::CONTENT_DISPOSITION, format!("attachment; {}", name.disposition())));
        response.insert_header((header::CONTENT_SECURITY_POLICY, "sandbox"));
        response
    }

    /// Notes who gets what, before anything of it leaves.
    fn audit(&self, app: &App, actor: &Actor, selected: &Selected, rows: i64) -> Result<(), Refusal> {
        let noun = if rows == 1 { "recording" } else { "recordings" };
        let detail = format!("{}, {rows} {noun}{}", self.format(), self.chosen_by);
        let (customer, recordgroup) = (selected.customer, selected.recordgroup);
        let entry = Entry { action: "recordings/export", customer, recordgroup, detail, ..Entry::default() };
        Ok(app.store.note_entry(actor, now(), &entry)?)
    }
}

/// A file with the recordings that match, or that are named.
pub async fn export(request: ApiRequest<MayListen>) -> Result<HttpResponse, Refusal> {
    let export = ExportRequest::read(&request.params, now(), request.app.config.country.digits());
    if export.is_zip { as_zip(request, export).await } else { as_csv(request, export).await }
}

async fn as_csv(request: ApiRequest<MayListen>, export: ExportRequest) -> Result<HttpResponse, Refusal> {
    let (person, actor) = (request.person.clone(), request.actor());
    let mut response = export.response();
    response.content_type(csv::CSV);
    stream::copied(&request.asks(), response, move |app, reader, out| {
        // What is counted is what is sent.
        let _snapshot = reader.snapshot()?;
        let selected = export.select(reader, &person)?;
        export.audit(app, &actor, &selected, selected.count(reader)?)?;
        out.write(|buffer| export.dialect.header(&[], buffer));
        let (dialect, out) = (export.dialect, out.clone());
        selected.each(reader, move |row| out.row(|buffer| dialect.row(row, buffer)))
    })
    .await
}

async fn as_zip(request: ApiRequest<MayListen>, export: ExportRequest) -> Result<HttpResponse, Refusal> {
    let share = stream::sound_share(&request.asks()).await?;
    let (app, person, actor) = (request.app.clone(), request.person.clone(), request.actor());
    let mut response = export.response();
    response.content_type("application/zip");
    response.insert_header(stream::UNCOMPRESSED);
    let gather = move |reader: &Reader| {
        let snapshot = reader.snapshot()?;
        let selected = export.select(reader, &person)?;
        let rows = Rows::gather(reader, &selected, &export.dialect, app.store.path())?;
        drop(snapshot);
        export.audit(&app, &actor, &selected, rows.count)?;
        Ok(rows)
    };
    let rows = stream::long_question(&request.asks(), gather).await?;
    let app = request.app.clone();
    let send = move |send: stream::Handing<'_>| rows.send(&app.media, send);
    let body = stream::pieces(request.asks(), BodySize::Stream, share, send);
    Ok(response.body(body))
}

//! A picture: panels side by side, in rows.

use crate::panel::Panel;
use crate::svg::{Anchor, FONT_SIZE, coordinate, escaped, text};

/// Panels with an optional title, ready to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    panels: Vec<Panel>,
    columns: usize,
    width: f64,
    title: String,
    about: String,
}

const MARGIN: f64 = 8.0;
const BETWEEN: f64 = 16.0;

impl Figure {
    /// The panels in one row, 400 pixels wide at natural size: text is then as large as in the page around it.
    pub fn new(panels: Vec<Panel>) -> Self {
        Figure { columns: panels.len().max(1), panels, width: 400.0, title: String::new(), about: String::new() }
    }

    /// So many panels in a row.
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = columns.max(1);
        self
    }

    /// Natural width in pixels.
    pub fn width(mut self, width: f64) -> Self {
        self.width = width;
        self
    }

    /// A line above everything.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// What is seen, in words, for those who do not see it.
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }

    /// The picture: a complete SVG document on a white ground.
    pub fn to_svg(&self) -> String {
        let columns = self.columns as f64;
        let each = (self.width - 2.0 * MARGIN - BETWEEN * (columns - 1.0)) / columns;
        let (mut body, mut top) = (String::new(), MARGIN);
        if !self.title.is_empty() {
            body += &text(0.5 * self.width, top + FONT_SIZE, Anchor::Middle, &self.title);
            top += 1.5 * FONT_SIZE;
        }
        for row in self.panels.chunks(self.columns) {
            let mut tallest: f64 = 0.0;
            for (i, panel) in row.iter().enumerate() {
                let (drawn, height) = panel.draw(MARGIN + i as f64 * (each + BETWEEN), top, each);
                body += &drawn;
                tallest = tallest.max(height);
            }
            top += tallest;
        }
        let (w, h) = (coordinate(self.width), coordinate((top + MARGIN).ceil()));
        let about =
            if self.about.is_empty() { String::new() } else { format!("<title>{}</title>\n", escaped(&self.about)) };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" \
             font-family=\"Helvetica, Arial, sans-serif\" font-size=\"{FONT_SIZE}\" fill=\"#222\">\n\
             {about}<rect width=\"{w}\" height=\"{h}\" fill=\"#fff\"/>\n{body}</svg>\n"
        )
    }
}

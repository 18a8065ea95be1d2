//! PNG beside SVG, with a font of our own, so that the pixels do not depend on what is installed.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Pixels per unit of the SVG: sharp on screens of twice the usual density.
const SCALE: f32 = 2.0;

static FONT: &[u8] = include_bytes!("../fonts/DejaVuSans.ttf");

/// Draws SVG files.
pub struct Painter {
    options: Options<'static>,
}

impl Painter {
    /// With DejaVu Sans for every text and no other font.
    pub fn new() -> Self {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(FONT.to_vec());
        fonts.set_sans_serif_family("DejaVu Sans");
        Painter { options: Options { fontdb: Arc::new(fonts), ..Options::default() } }
    }

    /// The file as PNG.
    ///
    /// # Errors
    /// Text that is no SVG.
    pub fn png(&self, svg: &str) -> Result<Vec<u8>, String> {
        let tree = Tree::from_str(svg, &self.options).map_err(|error| error.to_string())?;
        let size = tree.size().to_int_size().scale_by(SCALE).ok_or("no size")?;
        let mut pixels = Pixmap::new(size.width(), size.height()).ok_or("no size")?;
        resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
        pixels.encode_png().map_err(|error| error.to_string())
    }
}

/// The SVG files right in a folder, sorted.
///
/// # Errors
/// A folder that cannot be read.
fn drawings(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "svg"));
    paths.sort();
    Ok(paths)
}

/// What the PNG beside each SVG of the folders should be, by path.
///
/// # Errors
/// A folder without SVG files, or one that is broken.
pub fn beside(folders: &[PathBuf]) -> Result<Vec<(PathBuf, Vec<u8>)>, String> {
    let painter = Painter::new();
    let mut files = Vec::new();
    for folder in folders {
        let found = drawings(folder)?;
        if found.is_empty() {
            return Err(format!(
                "{} has no .svg files; `tables DIR` writes those of a result folder",
                folder.display()
            ));
        }
        for path in found {
            let complaint = |error: String| format!("{}: {error}", path.display());
            let svg = std::fs::read_to_string(&path).map_err(|error| complaint(error.to_string()))?;
            files.push((path.with_extension("png"), painter.png(&svg).map_err(complaint)?));
        }
    }
    Ok(files)
}

/// The PNG files right in the folders that have no SVG of their name.
pub fn spare(folders: &[PathBuf]) -> Vec<PathBuf> {
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten());
    let paths = entries.map(|entry| entry.path());
    let is_png = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "png");
    paths.filter(is_png).filter(|path| !path.with_extension("svg").exists()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(body: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"20\" font-family=\"Helvetica, sans-serif\">{body}</svg>"
        )
    }

    /// Twice the size of the SVG, the same bytes again, and letters from the font that is shipped: also the raised and
    /// lowered ones of labels.
    #[test]
    fn pictures_are_repeatable_and_have_their_letters() {
        let painter = Painter::new();
        let text = |letters: &str| svg(&format!("<text x=\"2\" y=\"14\">{letters}</text>"));
        let png = painter.png(&text("x₁")).unwrap();
        assert_eq!(png, Painter::new().png(&text("x₁")).unwrap());
        assert!(png.starts_with(b"\x89PNG"));
        let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        assert_eq!([side(16), side(20)], [80, 40]);
        let all = ["", "x", "x₁", "x₂", "10⁻³", "−1"].map(|letters| painter.png(&text(letters)).unwrap());
        assert!((1..all.len()).all(|i| all[..i].iter().all(|other| *other != all[i])), "letters without a shape");
        assert!(painter.png("<svg").is_err());
    }

    #[test]
    fn folders_without_drawings_are_refused_and_spare_pictures_found() {
        let folder = tempfile::tempdir().unwrap();
        let folders = [folder.path().to_path_buf()];
        assert!(beside(&folders).unwrap_err().contains("no .svg files"));
        std::fs::write(folder.path().join("a.svg"), svg("")).unwrap();
        for name in ["a.png", "b.png"] {
            std::fs::write(folder.path().join(name), "old").unwrap();
        }
        let files = beside(&folders).unwrap();
        assert_eq!(files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>(), [folder.path().join("a.png")]);
        assert_eq!(spare(&folders), [folder.path().join("b.png")]);
    }
}

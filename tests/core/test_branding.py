"""What an installation looks like: seen on its pages and papers, refused at the start where it could not be."""

import io

import pytest
from PIL import Image

from lms import create_app
from lms.core.branding import MOST_BYTES
from lms.core.db import db
from lms.core.settings import SettingsError, load
from lms.web import pdf

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="{}"/></svg>'


def a_png(width=64, height=32):
    made = io.BytesIO()
    Image.new("RGB", (width, height), "#7a1f5c").save(made, "PNG")
    return made.getvalue()


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "brand"
    folder.mkdir()
    (folder / "logo.svg").write_text(SVG.format("#7a1f5c"))
    (folder / "dark.png").write_bytes(a_png())
    (folder / "icon.png").write_bytes(a_png(32, 32))
    return folder


@pytest.fixture
def app(tmp_path, files):
    made = create_app(
        {
            "instance_path": tmp_path,
            "company": "鲸选优品",
            "logo": files / "logo.svg",
            "logo_dark": files / "dark.png",
            "favicon": files / "icon.png",
            "accent": "#7a1f5c",
            "host_links": {"服务台|Desk": "/desk", "考勤": "https://hr.corp.lan"},
        }
    )
    made.testing = True
    with made.app_context():
        db.create_all()
    yield made
    with made.app_context():
        db.engine.dispose()


def test_the_sign_in_page_shows_name_logo_icon_colour_and_the_ways_back(app):
    page = app.test_client().get("/sign-in").text
    for name in ("logo.svg", "logo-dark.png", "favicon.png", "style.css"):
        assert f"/brand/{name}?v=" in page
    assert page.index("academy.css") < page.index("/brand/style.css")
    assert "鲸选优品" in page
    assert '<a href="/desk">' in page
    assert "服务台</a>" in page
    assert ' style="' not in page


def test_the_ways_back_are_in_the_language_of_the_reader(app):
    client = app.test_client()
    with client.session_transaction() as session:
        session["locale"] = "en"
    page = client.get("/sign-in").text
    assert "Desk</a>" in page
    assert "考勤</a>" in page  # nobody gave it English words


def test_files_are_kept_for_ever_by_their_fingerprint_alone_and_belong_to_nobody(app):
    client = app.test_client()
    page = client.get("/sign-in").text
    kept = page.split('href="/brand/style.css?v=')[1].split('"')[0]
    sheet = client.get(f"/brand/style.css?v={kept}")
    assert sheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert sheet.content_type == "text/css; charset=utf-8"
    assert "--k-accent: #7a1f5c" in sheet.text
    assert client.get("/brand/style.css?v=0").headers["Cache-Control"] == "public, max-age=300"
    assert client.get("/brand/other.css").status_code == 404
    drawing = app.test_client().get("/brand/logo.svg")
    assert "sandbox" in drawing.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in drawing.headers


def test_paper_has_the_colour_and_the_logo(app):
    source = (
        "#let given = json(bytes(sys.inputs.values))\n#text(fill: rgb(given.accent))[x]\n#image(given.logo, width: 9mm)"
    )
    if not pdf.available():
        pytest.skip("not run: the extra pdf is not there")
    with app.test_request_context():
        assert pdf.render(source, {}).startswith(b"%PDF")


def test_without_any_setting_nothing_is_added(tmp_path):
    plain = create_app({"instance_path": tmp_path})
    with plain.app_context():
        db.create_all()
        page = plain.test_client().get("/sign-in").text
        db.engine.dispose()
    assert "/brand/" not in page
    assert "hostbar" not in page
    assert "brand-a" in page


def refused(tmp_path, **settings):
    with pytest.raises(SettingsError) as found:
        create_app({"instance_path": tmp_path, **settings})
    return str(found.value)


def test_a_picture_that_is_none_stops_the_start_and_says_why(tmp_path, files):
    (files / "words.png").write_text("no picture")
    (files / "cut.png").write_bytes(a_png()[:40])
    (files / "big.png").write_bytes(a_png() + bytes(MOST_BYTES))
    (files / "page.svg").write_text("<html><body/></html>")
    (files / "acts.svg").write_text(SVG.format("red").replace("<rect", '<rect onload="alert(1)"'))
    (files / "script.svg").write_text(SVG.format("red").replace("<rect", "<script>alert(1)</script><rect"))
    (files / "thin.png").write_bytes(a_png(200, 8))
    for name, words in {
        "no-such.png": "can't be read",
        "words.png": "no picture",
        "cut.png": "no picture",
        "big.png": "more than 300 KB",
        "page.svg": "no picture",
        "acts.svg": "holds a script (onload)",
        "script.svg": "holds a script (script)",
        "thin.png": "200 × 8 pixels",
    }.items():
        said = refused(tmp_path, logo=files / name)
        assert said.startswith("LMS_LOGO: "), name
        assert words in said
    assert "LMS_FAVICON" in refused(tmp_path, favicon=files / "words.png")
    assert "needs LMS_LOGO" in refused(tmp_path, logo_dark=files / "dark.png")


def test_colours_that_nobody_could_read_are_refused_in_both_looks_with_a_near_one(tmp_path):
    said = refused(tmp_path, accent="#ffd400", accent_dark="#333333")
    assert "LMS_ACCENT: #ffd400 has a contrast of 1.2:1 on light pages" in said
    assert "LMS_ACCENT_DARK: #333333 has a contrast of 1.2:1 on dark pages" in said
    near = said.split("(WCAG 2.2 AA). ")[1].split(" ")[0]
    create_app({"instance_path": tmp_path, "accent": near})  # what is proposed is taken
    assert "is not a colour like" in refused(tmp_path, accent="teal")
    assert "needs LMS_ACCENT" in refused(tmp_path, accent_dark="#ffffff")


@pytest.mark.parametrize(
    "value", ["服务台", "=/", "服务台=tickets", "服务台=//evil", "服务台=javascript:x", "a=/,b=/,c=/,d=/,e=/,f=/"]
)
def test_a_way_that_leads_nowhere_is_refused(value):
    with pytest.raises(SettingsError, match="LMS_HOST_LINKS"):
        load({"host_links": value}, {})


def test_ways_are_read_from_the_environment_a_file_and_a_host_alike():
    expected = load({"host_links": "服务台|Desk=/a?b=1,考勤=/c"}, {}).host_links
    assert [(each.label, each.english, each.address) for each in expected] == [
        ("服务台", "Desk", "/a?b=1"),
        ("考勤", "", "/c"),
    ]
    assert load({"host_links": ["服务台|Desk=/a?b=1", "考勤=/c"]}, {}).host_links == expected
    assert load({"host_links": {"服务台|Desk": "/a?b=1", "考勤": "/c"}}, {}).host_links == expected
    assert load({}, {"LMS_HOST_LINKS": "服务台|Desk=/a?b=1,考勤=/c"}).host_links == expected


# templates


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "templates"
    (made / "lms" / "accounts").mkdir(parents=True)
    return made


def test_a_host_overrides_blocks_and_whole_templates(tmp_path, folder):
    (folder / "lms" / "base.html").write_text(
        '{% extends "academy/lms/base.html" %}{% block footer %}{% include "own/footer.html" %}{% endblock %}'
    )
    (folder / "own").mkdir()
    (folder / "own" / "footer.html").write_text("<footer>鲸选优品 · {{ company() }}</footer>")
    (folder / "lms" / "accounts" / "sign_in.html").write_text(
        '{% extends "academy/lms/accounts/sign_in.html" %}{% block title %}进门{% endblock %}'
    )
    app = create_app({"instance_path": tmp_path, "templates_path": folder})
    with app.app_context():
        db.create_all()
        page = app.test_client().get("/sign-in").text
        missing = app.test_client().get("/no-such-page").text
        db.engine.dispose()
    assert "<title>进门 · 客服学院</title>" in page
    assert 'name="employee_no"' in page  # the rest is the original's
    for each in (page, missing):
        assert "<footer>鲸选优品 · 客服学院</footer>" in each


def test_an_override_without_effect_or_meaning_stops_the_start(tmp_path, folder):
    assert "is no folder" in refused(tmp_path, templates_path=folder / "none")
    assert "holds none of the academy's templates" in refused(tmp_path, templates_path=folder)
    (folder / "lms" / "base.html").write_text("{% if %}")
    assert "lms/base.html:1: " in refused(tmp_path, templates_path=folder)
    (folder / "lms" / "base.html").write_bytes(b"\xff\xfe\xff")
    assert "lms/base.html can't be read as UTF-8" in refused(tmp_path, templates_path=folder)
    (folder / "lms" / "base.html").write_text("")
    (folder / "lms" / "bsae.html").write_text("")
    assert "lms/bsae.html overrides nothing; did you mean lms/base.html?" in refused(tmp_path, templates_path=folder)

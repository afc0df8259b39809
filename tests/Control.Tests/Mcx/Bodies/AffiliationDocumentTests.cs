using System.Text;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Control.Tests.Sip;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>TS 24.379 9.3.1.</summary>
public class AffiliationDocumentTests
{
    [Fact]
    public void The_example_is_read()
    {
        AffiliationDocument document = Read(Example());

        Assert.Equal("sip:alice@mcptt-op.example", document.Entity);
        Assert.Equal("urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a0001", document.ClientId);
        Assert.Equal(["sip:fire-north@mcptt-op.example", "sip:rail-ops@partner.example"], document.Groups);
        Assert.Equal("af-0001", document.PublishId);
    }

    [Fact]
    public void A_document_is_written_as_the_example_is()
    {
        byte[] written = Read(Example()).Serialise();

        Assert.Equal(Shape(Example()), Shape(written));
    }

    [Theory]
    [InlineData("<presence/>")]
    [InlineData("<presence entity=''><tuple id='c'/></presence>")]
    [InlineData("<presence entity='sip:a@d'/>")]
    [InlineData("<presence entity='sip:a@d'><tuple/></presence>")]
    [InlineData("<presence entity='sip:a@d'><tuple id=' '/></presence>")]
    [InlineData("<presence entity='sip:a@d'><tuple id='1'/><tuple id='2'/></presence>")]
    [InlineData("<presence entity='sip:a@d'><tuple id='c'><status><affiliation/></status></tuple></presence>")]
    [InlineData("<presence entity='sip:a@d'><tuple id='c'><status><affiliation group=''/></status></tuple></presence>")]
    [InlineData("<person entity='sip:a@d'><tuple id='c'/></person>")]
    [InlineData("<!DOCTYPE presence><presence entity='sip:a@d'><tuple id='c'/></presence>")]
    public void What_is_no_affiliation_document_is_refused(string text)
    {
        Assert.False(AffiliationDocument.TryParse(Encoding.UTF8.GetBytes(text), out _, out string reason));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void The_groups_of_one_document_are_bounded()
    {
        AffiliationDocument Of(int count) => new() { Entity = "sip:a@d", ClientId = "c", Groups = [.. Enumerable.Range(0, count).Select(i => $"sip:{i}@d")] };

        Assert.Equal(AffiliationDocument.MaxGroups, Read(Of(AffiliationDocument.MaxGroups).Serialise()).Groups.Count);
        Assert.False(AffiliationDocument.TryParse(Of(AffiliationDocument.MaxGroups + 1).Serialise(), out _, out _));
    }

    [Fact]
    public void What_is_written_reads_back_equal()
    {
        Gen<string> text = Gen.Elements("sip:a@b", "tel:+49", "<&>\"'", "ä");
        Gen<AffiliationDocument> documents =
            from names in text.ArrayOf(3)
            from groups in text.ListOf()
            from withId in Gen.Elements(true, false)
            select new AffiliationDocument { Entity = names[0], ClientId = names[1], Groups = [.. groups], PublishId = withId ? names[2] : null };
        Prop.ForAll(documents.ToArbitrary(), document =>
        {
            AffiliationDocument read = Read(document.Serialise());
            return read with { Groups = document.Groups } == document && read.Groups.SequenceEqual(document.Groups);
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void Mutated_documents_never_throw()
    {
        Prop.ForAll(Mutation.Of(Example()).ToArbitrary(), bytes =>
            AffiliationDocument.TryParse(bytes, out AffiliationDocument document, out string reason) ? document.ClientId.Length > 0 : reason.Length > 0)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static byte[] Example() =>
        MultipartBody.PartsOf(SipText.Request(ControlExamples.Affiliation)).Single(part => part.MediaType == ContentTypes.Pidf).Body.ToArray();

    private static AffiliationDocument Read(byte[] document)
    {
        Assert.True(AffiliationDocument.TryParse(document, out AffiliationDocument read, out string reason), reason);
        return read;
    }

    /// <summary>Names, attributes and own text in document order, whatever the prefixes and line breaks.</summary>
    private static IEnumerable<string> Shape(byte[] document) =>
        XElement.Parse(Encoding.UTF8.GetString(document)).DescendantsAndSelf().Select(element =>
            $"{element.Name} {string.Join(' ', element.Attributes().Where(a => !a.IsNamespaceDeclaration).Select(a => $"{a.Name}={a.Value}"))} {(element.HasElements ? string.Empty : element.Value.Trim())}");
}

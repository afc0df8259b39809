using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests;

public sealed class KmsRequestTests
{
    [Fact]
    public void A_request_as_the_specification_has_it_is_read()
    {
        Assert.Equal(KmsDocumentOutcome.Ok, Read(KmsDocuments.Request, out KmsRequest? request));
        Assert.Equal(
            new KmsRequest
            {
                UserUri = PublishedKms.Alice,
                KmsUri = "kms.mydev.streamwide.com",
                Time = new DateTimeOffset(2014, 1, 26, 10, 5, 52, TimeSpan.Zero),
                ClientId = "Client1",
                DeviceId = "Device1",
                ClientReqUrl = "https://kms.example.org/keymanagement/identity/v1/keyprov",
            },
            request);
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        Read(KmsDocuments.Request, out KmsRequest? request);
        KmsDocumentOutcome outcome = KmsRequest.TryRead(request!.Write(), out KmsRequest? again);
        Assert.Equal((KmsDocumentOutcome.Ok, request), (outcome, again));
    }

    [Fact]
    public void The_request_within_a_signed_one_is_read()
    {
        string signed = "<SignedKmsRequest xmlns=\"urn:3gpp:ns:mcsecKMSInterface:1.0\">" + KmsDocuments.Request[(KmsDocuments.Request.IndexOf("?>", StringComparison.Ordinal) + 2)..] + "</SignedKmsRequest>";
        Assert.Equal(KmsDocumentOutcome.Ok, Read(signed, out _));
    }

    [Theory]
    [InlineData("urn:3gpp:ns:mcsecKMSInterface:1.0", "http://TBD")]
    [InlineData("<ClientId>", "<x:UserUri xmlns:x=\"urn:x\">sip:mallory@x</x:UserUri><ClientId>")]
    [InlineData("<UserUri>", "<Unknown><UserUri>sip:mallory@x</UserUri></Unknown><UserUri>")]
    [InlineData("<Time>2014-01-26T10:05:52</Time>", "")]
    public void Other_namespaces_and_extensions_change_nothing(string old, string with)
    {
        Assert.Contains(old, KmsDocuments.Request, StringComparison.Ordinal);
        Assert.Equal(KmsDocumentOutcome.Ok, Read(KmsDocuments.Request.Replace(old, with, StringComparison.Ordinal), out KmsRequest? request));
        Assert.Equal(PublishedKms.Alice, request!.UserUri);
    }

    [Theory]
    [InlineData("<UserUri>sip:alice@streamwide.com</UserUri>", "", KmsDocumentOutcome.MissingElement)]
    [InlineData("<KmsUri>kms.mydev.streamwide.com</KmsUri>", "", KmsDocumentOutcome.MissingElement)]
    [InlineData("<UserUri>sip:alice@streamwide.com</UserUri>", "<UserUri/>", KmsDocumentOutcome.BadValue)]
    [InlineData("sip:alice@streamwide.com", "sip:alice\n@streamwide.com", KmsDocumentOutcome.BadValue)]
    [InlineData("2014-01-26T10:05:52", "yesterday", KmsDocumentOutcome.BadValue)]
    [InlineData("KmsRequest", "KmsResponse", KmsDocumentOutcome.UnexpectedDocument)]
    [InlineData("</UserUri>", "", KmsDocumentOutcome.NotXml)]
    [InlineData("<KmsRequest xmlns", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><KmsRequest xmlns", KmsDocumentOutcome.NotXml)]
    [InlineData("Client1", "&b;", KmsDocumentOutcome.NotXml)]
    public void An_error_has_its_own_outcome(string old, string with, KmsDocumentOutcome outcome)
    {
        Assert.Contains(old, KmsDocuments.Request, StringComparison.Ordinal);
        Assert.Equal(outcome, Read(KmsDocuments.Request.Replace(old, with, StringComparison.Ordinal), out KmsRequest? request));
        Assert.Null(request);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(KmsXml.MaxDocument_bytes + 1)]
    public void A_document_of_a_wrong_length_is_not_looked_at(int length) =>
        Assert.Equal(KmsDocumentOutcome.WrongLength, KmsRequest.TryRead(new byte[length], out _));

    [Fact]
    public void A_URI_too_long_is_refused() =>
        Assert.Equal(
            KmsDocumentOutcome.BadValue,
            Read(KmsDocuments.Request.Replace("alice", new string('a', UserKeySet.MaxUri_bytes), StringComparison.Ordinal), out _));

    [Fact]
    public void Deep_nesting_is_refused_at_once()
    {
        string deep = string.Concat(Enumerable.Repeat("<a>", 100_000)) + string.Concat(Enumerable.Repeat("</a>", 100_000));
        Assert.Equal(KmsDocumentOutcome.TooDeep, Read(deep, out _));
    }

    [Fact]
    public void No_beginning_of_a_request_is_a_request() =>
        KmsDocuments.EveryBeginningIsRefused(KmsDocuments.Request, document => KmsRequest.TryRead(document, out _));

    private static KmsDocumentOutcome Read(string text, out KmsRequest? request) => KmsRequest.TryRead(KmsDocuments.Octets(text), out request);
}

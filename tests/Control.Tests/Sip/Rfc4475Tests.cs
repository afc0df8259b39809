using System.Globalization;
using System.Text;
using MediaEngine.Control.Tests.Mcx;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>
/// The 49 messages of RFC 4475, each with the end it comes to when it arrives as a datagram: through the parser, the transaction
/// layer and the MC system, whose answer has the status given; 0 = dropped.
/// </summary>
public sealed class Rfc4475Tests
{
    public static TheoryData<string, int> Verdicts { get; } = new()
    {
        // 3.1.1 Valid messages
        { "wsinv", 400 }, // white space before colons: see below
        { "intmeth", 405 },
        { "esc01", 401 },
        { "escnull", 401 },
        { "esc02", 405 }, // %47 is no escape in a method
        { "lwsdisp", 200 },
        { "longreq", 400 }, // white space before colons: see below
        { "dblreq", 401 }, // its second request is discarded
        { "semiuri", 200 },
        { "transports", 200 },
        { "mpart01", 415 }, // parts of unknown types
        { "unreason", 0 }, // responses to nothing we sent
        { "noreason", 0 },

        // 3.1.2 Invalid messages
        { "badinv01", 400 },
        { "clerr", 400 },
        { "ncl", 400 },
        { "scalar02", 400 },
        { "scalarlg", 0 },
        { "quotbal", 400 },
        { "ltgtruri", 400 },
        { "lwsruri", 400 },
        { "lwsstart", 400 },
        { "trws", 400 },
        { "escruri", 400 },
        { "baddate", 401 }, // Date has no meaning here: not looked at
        { "regbadct", 400 },
        { "badaspec", 400 },
        { "baddn", 400 },
        { "badvers", 505 },
        { "mismatch01", 400 },
        { "mismatch02", 400 },
        { "bigcode", 0 },

        // 3.2 Transaction layer semantics
        { "badbranch", 200 },

        // 3.3 Application layer semantics
        { "insuf", 400 },
        { "unkscm", 416 },
        { "novelsc", 416 },
        { "unksm2", 401 },
        { "bext01", 420 },
        { "invut", 415 },
        { "regaut01", 401 },
        { "multi01", 400 },
        { "mcl01", 400 },
        { "bcast", 0 },
        { "zeromf", 200 }, // an endpoint; a proxy would say 483
        { "cparam01", 401 },
        { "cparam02", 401 },
        { "regescrt", 401 },
        { "sdp01", 406 },

        // 3.4 Backward compatibility
        { "inv2543", 401 },
    };

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void Each_message_comes_to_its_end(string name, int status) => Assert.Equal(status, End(Octets(name), SipLimits.Default));

    [Fact]
    public void Every_message_of_the_rfc_has_a_verdict()
    {
        Assert.Equal(49, Verdicts.Count);
        Assert.Equal(
            Directory.GetFiles(Folder, "*.dat").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal),
            Verdicts.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));
    }

    /// <summary>RFC 3261 25.1 allows white space before the colon; we refuse it unless told (see SipLimits).</summary>
    [Theory]
    [InlineData("wsinv", 481)] // it names a dialog
    [InlineData("longreq", 401)]
    public void White_space_before_colons_is_read_when_allowed(string name, int status) =>
        Assert.Equal(status, End(Octets(name), s_lax));

    [Fact]
    public void Odd_white_space_and_escapes_are_understood()
    {
        SipRequest wsinv = Read("wsinv", s_lax);
        Assert.Equal("vivekg@chair-dnrc.example.com", wsinv.To!.Uri.User + "@" + wsinv.To.Uri.Host);
        Assert.Equal(("1918181833n", "98asjd8", "J Rosenberg \\\""), (wsinv.To.Tag, wsinv.From!.Tag, wsinv.From.DisplayName));
        Assert.Equal((9u, "INVITE"), wsinv.CSeq);
        Assert.Equal("0068", wsinv.Headers.Get("Max-Forwards"));
        Assert.Equal(["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"], wsinv.Headers.GetAll("Via").Select(via =>
            SipVia.TryParse(via, out SipVia? read) ? read.Branch : null));
        Assert.Equal("newfangled value continued newfangled value", wsinv.Headers.Get("NewFangledHeader"));
        Assert.Equal(";;,,;;,;", wsinv.Headers.Get("UnknownHeaderWithUnusualValue"));
        Assert.Equal(150, wsinv.Body.Length);
        Assert.True(NameAddress.TryParse(wsinv.Headers.Get("Contact"), out NameAddress? contact));
        Assert.Equal(("Quoted string \"\"", "newvalue", "0.33"),
            (contact.DisplayName, contact.Parameters["newparam"], contact.Parameters["q"]));

        SipRequest escaped = Read("esc01");
        Assert.Equal("sip:sips%3Auser%40example.com@example.net", escaped.RequestUri);
        Assert.Equal("user", escaped.To!.Uri.User);
        Assert.True(NameAddress.TryParse(escaped.Headers.Get("Contact"), out contact));
        Assert.Equal("caller", contact.Uri.User);
        Assert.Equal("%00%00", NameAddress.TryParse(Read("escnull").Headers.GetAll("Contact")[1], out contact) ? contact.Uri.User : null);
        Assert.Equal(2, Read("esc02").Headers.GetAll("Contact").Count);
        Assert.Equal(("caller", "323"), (Read("lwsdisp").From!.DisplayName, Read("lwsdisp").From!.Tag));
        Assert.Equal(34, Read("longreq", s_lax).Headers.GetAll("Via").Count);
        Assert.Equal("user;par=u%40example.net", SipUri.TryParse(Read("semiuri").RequestUri, out SipUri? uri) ? uri.User : null);
        Assert.Equal(6, Read("semiuri").Headers.GetAll("Accept").Count);
        Assert.Equal(["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"], Read("transports").Headers.GetAll("Via").Select(via =>
            SipVia.TryParse(via, out SipVia? read) ? read.Transport : null));
    }

    [Fact]
    public void Every_character_of_the_grammar_is_kept()
    {
        SipRequest request = Read("intmeth");
        Assert.Equal("!interesting-Method0123456789_*+`.%indeed'~", request.Method);
        Assert.Equal("BEL:\a NUL:\0 DEL:\x7F", request.To!.DisplayName);
        Assert.Equal("token1~` token2'+_ token3*%!.-", request.From!.DisplayName);
        Assert.Equal("_token~1'+`*%!-.", request.From.Tag);
        Assert.Equal("\"\u0440\u0430\u0431\u043e\u0442\u0430\u044e\u0449\u0438\u0439\"", request.From.Parameters["fromParam''~+*_!.-%"]);
        Assert.Equal("z9hG4bK-.!%66*_+`'~", request.TopVia!.Branch);
        Assert.True(NameAddress.TryParse(request.To.ToString(), out NameAddress? again));
        Assert.Equal(request.To.DisplayName, again.DisplayName);
    }

    [Fact]
    public void Responses_are_read_whatever_their_reason_phrase()
    {
        Assert.Equal("= 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e \u0434\u0435\u0432\u044f\u043d\u043e\u0441\u0442\u043e " +
            "\u0434\u0435\u0432\u044f\u0442\u044c - \u043f\u0440\u043e\u0441\u0442\u043e\u0435", ReadResponse("unreason").Reason);
        Assert.Equal((100, ""), (ReadResponse("noreason").Status, ReadResponse("noreason").Reason));
        Assert.Equal(2, ReadResponse("bcast").Headers.GetAll("Via").Count);
        Assert.Equal(SipParseOutcome.Malformed, SipParser.TryParse(Octets("bigcode"), SipLimits.Default, out _));
        Assert.Equal(SipParseOutcome.Malformed, SipParser.TryParse(Octets("scalarlg"), SipLimits.Default, out _));
    }

    [Fact]
    public void Parts_of_a_binary_multipart_keep_their_octets()
    {
        IReadOnlyList<MimePart> parts = MultipartBody.PartsOf(Read("mpart01"));
        Assert.Equal(["text/plain", "application/octet-stream"], parts.Select(part => part.MediaType));
        Assert.Equal("Hello", Encoding.ASCII.GetString(parts[0].Body.Span));
        // A DER sequence: its own length says where it ends.
        ReadOnlySpan<byte> der = parts[1].Body.Span;
        Assert.Equal((0x30, 0x82), (der[0], der[1]));
        Assert.Equal(der.Length, 4 + ((der[2] << 8) | der[3]));
    }

    [Fact]
    public void A_stream_gives_what_a_datagram_cannot()
    {
        byte[] two = Octets("dblreq");
        Assert.Equal(SipFrameOutcome.Message, SipFramer.TryFrame(two, SipLimits.Default, out int first));
        Assert.Equal("REGISTER", Parse(two.AsSpan(0, first), SipLimits.Default).Method);
        int at = first;
        while (SipFramer.TryFrame(two.AsSpan(at), SipLimits.Default, out int next) is SipFrameOutcome.Ping or SipFrameOutcome.Pong)
            at += next;
        Assert.Equal(SipFrameOutcome.Message, SipFramer.TryFrame(two.AsSpan(at), SipLimits.Default, out int second));
        Assert.Equal("INVITE", Parse(two.AsSpan(at, second), SipLimits.Default).Method);

        Assert.Equal(SipFrameOutcome.NeedMore, SipFramer.TryFrame(Octets("clerr"), SipLimits.Default, out _));
        Assert.Equal(SipFrameOutcome.Broken, SipFramer.TryFrame(Octets("ncl"), SipLimits.Default, out _));
        Assert.Equal(SipFrameOutcome.Broken, SipFramer.TryFrame(Octets("mcl01"), SipLimits.Default, out _));
        Assert.Equal(SipFrameOutcome.Broken, SipFramer.TryFrame(Octets("inv2543"), SipLimits.Default, out _));
    }

    [Fact]
    public void Refusals_say_what_would_have_been_understood()
    {
        var mcx = new McSystemHarness();
        Assert.Equal(["nothingSupportsThis", "nothingSupportsThisEither"], mcx.Send("alice", Read("bext01")).Headers.GetAll("Unsupported"));
        Assert.Contains("application/sdp", mcx.Send("alice", Read("invut")).Headers.GetAll("Accept"));
        Assert.Contains("INVITE", mcx.Send("alice", Read("intmeth")).Headers.GetAll("Allow"));
        Assert.NotNull(mcx.Send("alice", Read("regaut01")).Headers.Get("WWW-Authenticate"));
    }

    /// <summary>RFC 4475 3.2.1: a branch that is only the cookie identifies nothing, so RFC 2543's rules do.</summary>
    [Fact]
    public void A_bare_cookie_does_not_match_two_requests_to_one_transaction()
    {
        var bench = new TransactionBench(SipTransportKind.Udp);
        byte[] request = Octets("badbranch");
        bench.Receive(request, SipLimits.Default);
        bench.Receive(request, SipLimits.Default);
        Assert.Single(bench.Requests);
        bench.Receive(Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(request).Replace("CSeq: 8", "CSeq: 9", StringComparison.Ordinal)),
            SipLimits.Default);
        Assert.Equal(2, bench.Requests.Count);
    }

    private static readonly SipLimits s_lax = new() { AllowWhiteSpaceBeforeColon = true };

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Sip", "Rfc4475");

    internal static byte[] Octets(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".dat"));

    private static SipRequest Read(string name, SipLimits? limits = null) => Parse(Octets(name), limits ?? SipLimits.Default);

    private static SipRequest Parse(ReadOnlySpan<byte> octets, SipLimits limits)
    {
        Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(octets, limits, out SipMessage? message));
        return Assert.IsAssignableFrom<SipRequest>(message);
    }

    private static SipResponse ReadResponse(string name)
    {
        Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(Octets(name), SipLimits.Default, out SipMessage? message));
        return Assert.IsAssignableFrom<SipResponse>(message);
    }

    /// <summary>The status that goes back; 0 when nothing does and nobody is told.</summary>
    internal static int End(byte[] datagram, SipLimits limits)
    {
        var bench = new TransactionBench(SipTransportKind.Udp);
        bench.Receive(datagram, limits);
        if (bench.Requests.Count == 0)
        {
            return bench.Log.Count == 0
                ? 0
                : int.Parse(Encoding.ASCII.GetString(Assert.Single(bench.Log).Effect.Bytes.Span.Slice(8, 3)), CultureInfo.InvariantCulture);
        }
        return new McSystemHarness().Send("alice", Assert.Single(bench.Requests).Request).Status;
    }
}

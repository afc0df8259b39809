using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

public sealed class SipCodecProperties
{
    private static readonly string[] Seeds =
    [
        SipText.Minimal("INVITE", "Contact: \"A, B\" <sip:a@[2001:db8::1]:5060;transport=tcp>;expires=3600, <sip:b@example.org>\nRoute: <sip:p;lr>\n" +
            "Authorization: Digest username=\"a\", realm=\"b\"\nWarning: 399 host \"148 x\"\nContent-Type: multipart/mixed;boundary=b\n" +
            "Content-Length: 20\n\n--b\r\n\r\nhello\r\n--b--\r\n"),
        SipText.Minimal("MESSAGE", "Subject: folded\n and more\nk: 100rel, timer\nContent-Length: 5\n\nhello"),
        SipText.Minimal("REGISTER", "Contact: *\nExpires: 0\nl: 0\n\n").Replace("REGISTER sip:service@example.org SIP/2.0", "SIP/2.0 200 OK", StringComparison.Ordinal),
    ];

    private static readonly Gen<string> Token = Gen.Elements("a", "Z9", "x-y", "~!*", "tag").ArrayOf(3).Select(string.Concat);

    private static readonly Gen<string> Line = Gen.Choose(0x20, 0x2FF).Where(c => c is < 0x7F or > 0xA0).Select(c => (char)c).ArrayOf()
        .Select(characters => new string(characters).Trim());

    private static readonly Gen<SipRequest> Requests =
        from method in Gen.Elements("MESSAGE", "PUBLISH", "X-OWN")
        from number in Gen.Choose(0, int.MaxValue)
        from callId in Token
        from tag in Token
        from display in Line
        from names in Token.ListOf(4)
        from values in Line.ListOf(4)
        from body in Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf()
        select Make(method, number, callId, tag, display, [.. names.Zip(values)], body);

    private static SipRequest Make(string method, int number, string callId, string tag, string display, (string, string)[] extra, byte[] body)
    {
        var request = new SipRequest(method, "sip:x@example.org;p=1");
        request.Headers.Add("Via", new SipVia("TCP", "[2001:db8::1]", 5060, "z9hG4bK" + tag).ToString());
        request.Headers.Add("From", new NameAddress(SipUri.Create("a b", "example.org"), display).WithTag(tag).ToString());
        request.Headers.Add("To", new NameAddress(SipUri.Create("x", "example.org"), display).ToString());
        request.Headers.Add("Call-ID", callId);
        request.Headers.Add("CSeq", $"{number} {method}");
        foreach (var (name, value) in extra)
            request.Headers.Add("X-" + name, value);
        request.SetBody("application/octet-stream", body);
        return request;
    }

    [Fact]
    public void What_is_written_reads_back_the_same() => Prop.ForAll(Requests.ToArbitrary(), request =>
    {
        byte[] bytes = request.ToBytes();
        return SipParser.TryParse(bytes, SipLimits.Default, out SipMessage? message) == SipParseOutcome.Ok &&
            message!.ToBytes().AsSpan().SequenceEqual(bytes) && message.From!.DisplayName == request.From!.DisplayName &&
            message.Body.Span.SequenceEqual(request.Body.Span) && message.CSeq == request.CSeq &&
            SipFramer.TryFrame(bytes, SipLimits.Default, out int length) == SipFrameOutcome.Message && length == bytes.Length;
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Mutated_messages_never_throw_and_what_is_accepted_can_be_written_and_answered()
    {
        var random = new Random(20260101);
        int accepted = 0, refused = 0;
        for (int round = 0; round < 20000; round++)
        {
            byte[] bytes = Mutate(SipText.Bytes(Seeds[round % Seeds.Length]), random);
            SipFramer.TryFrame(bytes, SipLimits.Default, out int length);
            Assert.InRange(length, 0, bytes.Length);
            if (SipParser.TryParse(bytes, SipLimits.Default, out SipMessage? message) != SipParseOutcome.Ok)
                refused++;
            else
                accepted++;
            if (message is null)
                continue;
            MultipartBody.PartsOf(message);
            SipDialog.IdOf(message);
            SipWarning.AllOf(message);
            if (message is SipRequest request)
                SipResponse.For(request, 400, toTag: "x").ToBytes();
            if (message is SipRequest or SipResponse)
                message.ToBytes();
        }
        Assert.True(accepted > 1000 && refused > 1000, $"{accepted} accepted, {refused} refused");
    }

    [Fact]
    public void Random_octets_never_throw() => Prop.ForAll<byte[]>(bytes =>
    {
        SipParser.TryParse(bytes, SipLimits.Default, out _);
        SipFramer.TryFrame(bytes, SipLimits.Default, out _);
        MultipartBody.TryParse("multipart/mixed;boundary=b", bytes, out _);
        string text = System.Text.Encoding.Latin1.GetString(bytes);
        _ = SipUri.TryParse("sip:" + text, out _);
        _ = NameAddress.TryParse(text, out _);
        _ = SipVia.TryParse("SIP/2.0/UDP " + text, out _);
    }).Check(Config.QuickThrowOnFailure);

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        var mutated = new List<byte>(bytes);
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(mutated.Count);
            switch (random.Next(5))
            {
                case 0:
                    mutated[at] = (byte)random.Next(256);
                    break;
                case 1:
                    mutated.RemoveRange(at, Math.Min(random.Next(1, 20), mutated.Count - at));
                    break;
                case 2:
                    mutated.InsertRange(at, mutated.GetRange(at, Math.Min(random.Next(1, 40), mutated.Count - at)));
                    break;
                case 3:
                    mutated.Insert(at, "\"<>;,:\r\n\0 \\"u8[random.Next(11)]);
                    break;
                default:
                    mutated.RemoveRange(at, mutated.Count - at);
                    break;
            }
            if (mutated.Count == 0)
                mutated.Add(0);
        }
        return [.. mutated];
    }
}

using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

public sealed class SipCodecProperties
{
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
}

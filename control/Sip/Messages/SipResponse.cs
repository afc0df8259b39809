using System.Globalization;
using System.Text;

namespace MediaEngine.Sip;

/// <summary>A response.</summary>
public class SipResponse : SipMessage
{
    private readonly int _reasonStart;
    private readonly int _reasonLength_bytes;
    private string? _reason;

    public SipResponse(int status, string? reason = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        Status = status;
        _reason = reason ?? SipReasons.For(status);
        if (_reason.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
            throw new ArgumentException("A reason phrase is one line.", nameof(reason));
    }

    /// <summary>A received one.</summary>
    private protected SipResponse(in ReceivedLayout layout, in SipStartLine start)
        : base(layout)
    {
        Status = start.Status;
        _reasonStart = start.TextStart;
        _reasonLength_bytes = start.TextLength_bytes;
    }

    public int Status { get; }

    public string Reason => _reason ??= TextAt(_reasonStart, _reasonLength_bytes);

    public bool IsProvisional => Status < 200;

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>
    /// RFC 3261 8.2.6.2: copies Via, From, To, Call-ID, CSeq, and Record-Route where a dialog may start. With
    /// <paramref name="toTag"/> the To gets that tag unless it has one. Of what a faulty request repeats, the first is copied.
    /// </summary>
    public static SipResponse For(SipRequest request, int status, string? reason = null, string? toTag = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        var response = new SipResponse(status, reason);
        response.Headers.CopyForResponse(request.Headers, startsDialog: status is > 100 and < 300, isTrying: status == 100);
        if (toTag is not null && !response.HasToTag)
            response.AddToTag(toTag);
        return response;
    }

    /// <summary>Adds <c>Warning: 399 host "code text"</c> (TS 24.379 4.4).</summary>
    public void AddWarning(string host, int code, string text) =>
        Headers.Add("Warning", new SipWarning(399, host, code.ToString("D3", CultureInfo.InvariantCulture) + " " + text).ToString());

    /// <summary>True as well when there is no To that could be read.</summary>
    internal bool HasToTag => !NameAddressText.TryCut(Headers.TextOf(SipHeaderNames.To, stackalloc char[SipHeaders.UsualText_chars]), out NameAddressText to)
        || to.Tag.Length > 0;

    /// <summary>Adds the tag to a To that can be read and has none.</summary>
    internal void AddToTag(string tag)
    {
        ReadOnlySpan<char> to = Headers.TextOf(SipHeaderNames.To, stackalloc char[SipHeaders.UsualText_chars]);
        Headers.Set("To", $"{to};tag={tag}");
    }

    internal override int StartLineLength_bytes => "SIP/2.0 200 \r\n".Length + Encoding.UTF8.GetByteCount(Reason);

    internal override void WriteStartLine(ref Span<byte> destination)
    {
        SipWriter.Append(ref destination, "SIP/2.0 "u8);
        SipWriter.Append(ref destination, Status);
        SipWriter.Append(ref destination, " "u8);
        SipWriter.Append(ref destination, Reason);
        SipWriter.Append(ref destination, "\r\n"u8);
    }
}

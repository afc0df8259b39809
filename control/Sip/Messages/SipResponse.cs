using System.Globalization;

namespace MediaEngine.Sip;

/// <summary>A response.</summary>
public sealed class SipResponse : SipMessage
{
    public SipResponse(int status, string? reason = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        Status = status;
        Reason = reason ?? SipReasons.For(status);
        if (!SipSyntax.IsValue(Reason))
            throw new ArgumentException("A reason phrase is one line.", nameof(reason));
    }

    public int Status { get; }

    public string Reason { get; }

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
        bool startsDialog = status is > 100 and < 300;
        foreach (var (name, value) in request.Headers)
        {
            if (name is "Via" || (name is "From" or "To" or "Call-ID" or "CSeq" && !response.Headers.Contains(name)) ||
                (startsDialog && name is "Record-Route") || (status == 100 && name is "Timestamp"))
                response.Headers.AddParsed(name, value);
        }
        if (toTag is not null && request.To is { Tag: null } to)
            response.Headers.Set("To", to.WithTag(toTag).ToString());
        return response;
    }

    /// <summary>Adds <c>Warning: 399 host "code text"</c> (TS 24.379 4.4).</summary>
    public void AddWarning(string host, int code, string text) =>
        Headers.Add("Warning", new SipWarning(399, host, code.ToString("D3", CultureInfo.InvariantCulture) + " " + text).ToString());

    /// <summary>A copy with its own header list; the body's memory is shared.</summary>
    public SipResponse Clone()
    {
        var copy = new SipResponse(Status, Reason) { Body = Body };
        copy.Headers.CopyFrom(Headers);
        return copy;
    }
}

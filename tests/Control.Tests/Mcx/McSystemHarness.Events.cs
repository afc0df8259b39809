using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>Subscriptions and publications of the harness's clients.</summary>
internal sealed partial class McSystemHarness
{
    /// <summary>A SUBSCRIBE as an MCPTT client sends it.</summary>
    /// <param name="target">In the mcptt-info; null = no body.</param>
    public SipRequest NewSubscribe(string name, string package, string? target, string expires = "3600", string requestUri = "sip:mcptt@mcx.example")
    {
        SipRequest request = NewRequest(name, SipMethods.Subscribe, requestUri, requestUri);
        request.Headers.Add("Contact", $"<sip:u-{name}@192.0.2.{HostOf(name)}:5060>");
        request.Headers.Add("Event", package);
        request.Headers.Add("Expires", expires);
        if (target is not null)
            request.SetBody(ContentTypes.McpttInfo, new McpttInfo { RequestUri = target }.Serialise());
        return request;
    }

    public SipResponse Subscribe(string name, string package, string? target, string expires = "3600") =>
        Send(name, NewSubscribe(name, package, target, expires));

    /// <summary>The NOTIFYs that a client got and has not answered; it answers them now.</summary>
    public IReadOnlyList<SipRequest> Notifications(string name, int status = 200)
    {
        SipRequest[] notifications = [.. Unanswered.Where(sent => sent.To == name && sent.Request.Method == SipMethods.Notify).Select(sent => sent.Request)];
        Answer(name, status);
        return notifications;
    }

    /// <summary>A PUBLISH with these headers and parts.</summary>
    public SipResponse Publish(string name, string package, string? expires, string? tag, params MimePart[] parts)
    {
        SipRequest request = NewRequest(name, SipMethods.Publish, "sip:mcptt@mcx.example", "sip:mcptt@mcx.example");
        request.Headers.Add("Event", package);
        if (expires is not null)
            request.Headers.Add("Expires", expires);
        if (tag is not null)
            request.Headers.Add("SIP-If-Match", tag);
        if (parts.Length > 0)
            SetBody(request, parts);
        return Send(name, request);
    }

    /// <summary>What was told in a NOTIFY.</summary>
    public static AffiliationState AffiliationsIn(SipRequest notify) =>
        AffiliationState.TryParse(notify.Body, out AffiliationState state, out string reason) ? state : throw new InvalidOperationException(reason);

    public static ConferenceInfo RosterIn(SipRequest notify) =>
        ConferenceInfo.TryParse(MultipartBody.PartsOf(notify).First(part => part.MediaType == ContentTypes.ConferenceInfo).Body, out ConferenceInfo info, out string reason)
            ? info
            : throw new InvalidOperationException(reason);
}

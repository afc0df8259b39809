using System.Globalization;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>The requests an MC client sends, header by header (TS 24.379 7.2.1, 9.2.1, 10.1.1.2.1, 16.2.1).</summary>
/// <param name="contactHostPort">Host, port and transport of the client's Contact; known once the sockets are bound.</param>
internal sealed class ClientRequests(ClientProfile profile, Func<string> contactHostPort)
{
    public const string Allow = "INVITE, ACK, BYE, CANCEL, MESSAGE, NOTIFY, OPTIONS, UPDATE";
    public const string Supported = $"{SipOptionTags.Reliable}, {SipOptionTags.Timer}";

    private const string Service = "urn:urn-7:3gpp-service.ims.icsi.mcptt";
    private const string ServiceTag = "+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt\"";

    /// <summary>Affiliation lasts until it is changed (TS 24.379 9.2.1.2).</summary>
    private const string Forever = "4294967295";

    private const uint SubscriptionExpires_s = 3600;

    private readonly string _registrationCallId = SystemEntropy.Instance.NextToken();
    private readonly string _registrationTag = SystemEntropy.Instance.NextToken();
    private readonly SipUri _user = SipUri.TryParse(profile.SipUser, out SipUri? user)
        ? user
        : throw new ArgumentException($"{profile.SipUser} is not a SIP URI.", nameof(profile));
    private uint _registrations;

    /// <summary>Contact with the feature tags of an MCPTT client.</summary>
    public string Contact => $"<sip:{_user.User}@{contactHostPort()}>;+g.3gpp.mcptt;{ServiceTag}";

    /// <param name="keyMessage">I_MESSAGE with the client's CSK, or null (TS 33.180 5.4).</param>
    public SipRequest Register(int expires_s, byte[]? keyMessage)
    {
        var request = new SipRequest(SipMethods.Register, $"sip:{_user.Host}");
        // A challenge takes a number as well, so they go up in twos.
        AddCommon(request, profile.SipUser, _registrationTag, _registrationCallId, 2 * ++_registrations - 1);
        request.Headers.Add("Contact", $"{Contact};+sip.instance=\"<{profile.ClientId}>\";expires={expires_s.ToString(CultureInfo.InvariantCulture)}");
        request.Headers.Add("Expires", expires_s.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Supported", SipOptionTags.Path);
        MimePart info = Info(new McpttInfo { ClientId = profile.ClientId });
        SetBody(request, keyMessage is null ? [info] : [info, new MimePart(ContentTypes.Mikey, keyMessage)]);
        return request;
    }

    /// <summary>Asks the group management server for a new GMK of a group.</summary>
    public SipRequest RotateKey(string group)
    {
        string server = ServiceIdentities.GroupManagementServerOf(profile.ServerUri);
        SipRequest request = New(SipMethods.Message, server);
        SetBody(request, new MimePart(ContentTypes.KeyRotation, new KeyRotationBody(group).Serialise()));
        return request;
    }

    public SipRequest Publish(IReadOnlyList<string> groups)
    {
        SipRequest request = New(SipMethods.Publish);
        request.Headers.Add("Event", "presence");
        request.Headers.Add("Expires", groups.Count == 0 ? "0" : Forever);
        var document = new AffiliationDocument
        {
            Entity = profile.McpttId,
            ClientId = profile.ClientId,
            Groups = groups,
            PublishId = SystemEntropy.Instance.NextToken(),
        };
        SetBody(request, Info(new McpttInfo { RequestUri = profile.McpttId }), new MimePart(ContentTypes.Pidf, document.Serialise()));
        return request;
    }

    /// <summary>A subscription of this client (TS 24.379 9.2.1.3, 10.1.3.2).</summary>
    /// <param name="target">The user or group it is about.</param>
    /// <param name="session">The MCPTT session identity; null = the server's identity.</param>
    /// <param name="once">The state is wanted once.</param>
    public EventSubscriberOptions Subscribe(string package, string contentType, string target, string? session, bool once) => new()
    {
        RequestUri = session ?? profile.ServerUri,
        From = profile.SipUser,
        Contact = Contact,
        HostName = _user.Host,
        Event = new SipEvent(package),
        Accept = [contentType, ContentTypes.McpttInfo, "multipart/mixed"],
        Expires_s = once ? 0 : SubscriptionExpires_s,
        Body = new EventBody(ContentTypes.McpttInfo, new McpttInfo { RequestUri = target }.Serialise()),
        Headers =
        [
            new("P-Preferred-Identity", $"<{profile.SipUser}>"),
            new("P-Preferred-Service", Service),
            new("Accept-Contact", "*;+g.3gpp.mcptt;require;explicit"),
        ],
    };

    public SipRequest Regroup(RegroupBody body)
    {
        SipRequest request = New(SipMethods.Message);
        AddAcceptContact(request);
        SetBody(
            request, Info(new McpttInfo { ClientId = profile.ClientId }), new MimePart(ContentTypes.McpttRegroup, body.Serialise()));
        return request;
    }

    /// <summary>What the client listens to, or no longer listens to (TS 24.379 14.2.3).</summary>
    public SipRequest ListeningReport(MbmsListeningReport report)
    {
        SipRequest request = New(SipMethods.Message);
        AddAcceptContact(request);
        SetBody(
            request, Info(new McpttInfo { ClientId = profile.ClientId }),
            new MimePart(ContentTypes.MbmsUsageInfo, new MbmsUsageInfo { Report = report }.Serialise()));
        return request;
    }

    public SipRequest Invite(string group, SessionDescription offer, CallOptions options)
    {
        SipRequest request = New(SipMethods.Invite);
        request.Headers.Add("Contact", Contact);
        AddAcceptContact(request);
        request.Headers.Add("Allow", Allow);
        request.Headers.Add("Supported", Supported);
        var info = new McpttInfo
        {
            SessionType = "prearranged",
            RequestUri = group,
            EmergencyIndication = options.Urgency == CallUrgency.Emergency ? true : null,
            ImminentPerilIndication = options.Urgency == CallUrgency.ImminentPeril ? true : null,
            BroadcastIndication = options.Broadcast ? true : null,
            ClientId = profile.ClientId,
        };
        if (options.Privacy)
            request.Headers.Add("Privacy", "id");
        SetBody(request, new MimePart(ContentTypes.Sdp, offer.Serialise()), Info(info));
        return request;
    }

    /// <summary>Makes the call of the dialog as urgent as this (TS 24.379 10.1.1.2.1.3 to 10.1.1.2.1.5).</summary>
    /// <param name="request">An INVITE of the dialog.</param>
    /// <param name="offer">The media of the call once more.</param>
    /// <param name="urgency">What it is to become.</param>
    public SipRequest Upgrade(SipRequest request, SessionDescription offer, CallUrgency urgency)
    {
        AddWithinDialog(request);
        AddAcceptContact(request);
        var info = new McpttInfo
        {
            SessionType = "prearranged",
            EmergencyIndication = urgency == CallUrgency.ImminentPeril ? null : urgency == CallUrgency.Emergency,
            ImminentPerilIndication = urgency == CallUrgency.Emergency ? null : urgency == CallUrgency.ImminentPeril,
            ClientId = profile.ClientId,
        };
        SetBody(request, new MimePart(ContentTypes.Sdp, offer.Serialise()), Info(info));
        return request;
    }

    /// <summary>Completes a session refresh of this client (RFC 4028 7.4); an INVITE describes what was described last.</summary>
    public void Refresh(SipRequest request, SessionDescription described)
    {
        AddWithinDialog(request);
        if (request.Method == SipMethods.Invite)
            SetBody(request, new MimePart(ContentTypes.Sdp, described.Serialise()));
    }

    /// <summary>200 to the server's UPDATE or re-INVITE.</summary>
    /// <param name="described">Null when nothing was offered.</param>
    public SipResponse Refreshed(SipRequest request, SessionDescription? described)
    {
        SipResponse response = SipResponse.For(request, 200);
        response.Headers.Add("Contact", Contact);
        response.Headers.Add("Allow", Allow);
        if (described is not null)
            SetBody(response, new MimePart(ContentTypes.Sdp, described.Serialise()));
        return response;
    }

    /// <summary>200 to the server's INVITE.</summary>
    public SipResponse Accept(SipRequest invite, SessionDescription answer)
    {
        SipResponse response = SipResponse.For(invite, 200, toTag: SystemEntropy.Instance.NextToken());
        response.Headers.Add("Contact", Contact);
        response.Headers.Add("Allow", Allow);
        response.Headers.Add("Supported", Supported);
        response.Headers.Add("P-Preferred-Service", Service);
        SetBody(
            response, new MimePart(ContentTypes.Sdp, answer.Serialise()),
            Info(new McpttInfo { RequestUri = profile.McpttId, ClientId = profile.ClientId }));
        return response;
    }

    private static MimePart Info(McpttInfo info) => new(ContentTypes.McpttInfo, info.Serialise());

    private static void SetBody(SipMessage message, params IReadOnlyList<MimePart> parts)
    {
        if (parts.Count == 1)
        {
            message.SetBody(parts[0].ContentType, parts[0].Body);
            return;
        }
        byte[] body = MultipartBody.Compose(parts, out string contentType);
        message.SetBody(contentType, body);
    }

    private void AddWithinDialog(SipRequest request)
    {
        request.Headers.Add("Contact", Contact);
        request.Headers.Add("Allow", Allow);
        request.Headers.Add("P-Preferred-Identity", $"<{profile.SipUser}>");
    }

    private static void AddAcceptContact(SipRequest request)
    {
        request.Headers.Add("Accept-Contact", "*;+g.3gpp.mcptt;require;explicit");
        request.Headers.Add("Accept-Contact", $"*;{ServiceTag};require;explicit");
    }

    private SipRequest New(string method) => New(method, profile.ServerUri);

    private SipRequest New(string method, string server)
    {
        var request = new SipRequest(method, server);
        AddCommon(request, server, SystemEntropy.Instance.NextToken(), SystemEntropy.Instance.NextToken(), 1);
        request.Headers.Add("P-Preferred-Identity", $"<{profile.SipUser}>");
        request.Headers.Add("P-Preferred-Service", Service);
        return request;
    }

    private void AddCommon(SipRequest request, string to, string tag, string callId, uint number)
    {
        request.Headers.Add("Max-Forwards", "70");
        request.Headers.Add("From", $"<{profile.SipUser}>;tag={tag}");
        request.Headers.Add("To", $"<{to}>");
        request.Headers.Add("Call-ID", callId);
        request.Headers.Add("CSeq", $"{number.ToString(CultureInfo.InvariantCulture)} {request.Method}");
    }
}

using MediaEngine.Keys;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

internal enum CallLegState
{
    /// <summary>INVITE sent to, or received from, the client; no final answer yet.</summary>
    Inviting,

    /// <summary>2xx received or sent: the dialog exists.</summary>
    Established,

    Ended,
}

/// <summary>One client in a group call: its dialog with the controlling function.</summary>
internal sealed class CallLeg(GroupCall call, int number, McUser user, string clientId, SipDestination destination)
{
    public GroupCall Call { get; } = call;

    /// <summary>Unique within the call; the media plane's and the floor arbiter's number of this participant.</summary>
    public int Number { get; } = number;

    public McUser User { get; } = user;

    public string McpttId { get; } = McIdentity.Normalise(user.McpttId)!;

    public string ClientId { get; } = clientId;

    /// <summary>Identifier of the client's registration.</summary>
    public string Client { get; } = McState.ClientKey(McIdentity.Normalise(user.McpttId)!, clientId);

    public SipDestination Destination { get; set; } = destination;

    public CallLegState State
    {
        get;
        set
        {
            field = value;
            Call.RosterChanged?.Invoke(Call);
        }
    }

    /// <summary>The dialog with its session timer; null before the 2xx.</summary>
    public SipSession? Session { get; set; }

    public SipDialog? Dialog => Session?.Dialog;

    /// <summary>The Contact of this server in the dialog.</summary>
    public string Contact { get; set; } = $"<{call.SessionUri}>;{McContext.ContactFeatures};isfocus";

    /// <summary>The client's offer or answer.</summary>
    public SessionDescription? Remote { get; set; }

    /// <summary>The session of a plain SIP endpoint; null for an MCPTT client.</summary>
    public PlainSession? Plain { get; set; }

    /// <summary>The caller's INVITE while it is unanswered, with its transaction.</summary>
    public (SipTransactionId Transaction, SipRequest Request)? UnansweredInvite { get; set; }

    /// <summary>The token of the INVITE sent to a member while it is unanswered.</summary>
    public long? InviteToken { get; set; }

    /// <summary>True once the media plane knows this leg.</summary>
    public bool InMedia { get; set; }

    public bool ImplicitFloorRequest { get; set; }

    /// <summary>The answer to the implicit request says that it is granted (mc_granted).</summary>
    public bool GrantInAnswer { get; set; }

    /// <summary>The client asked not to be named (RFC 3323).</summary>
    public bool PrivacyRequested { get; set; }

    /// <summary>The SSRC of floor control messages to this leg, 0 until it is taken; and the CSK it was taken for.</summary>
    public uint ServerSsrc { get; set; }

    public KeyIdentifier ServerSsrcKey { get; set; }

    /// <summary>The entry of the group document; null for who is in no group of its own (regroups of users).</summary>
    public GroupMember? Member => Call.Configuration.Members.GetValueOrDefault(McpttId);

    /// <summary>The most that its floor priority may be.</summary>
    public byte UserPriority => Member?.UserPriority ?? 0;

    /// <summary>The media plane was told that this client may be reached by multicast.</summary>
    public bool OverMulticast { get; set; }
}

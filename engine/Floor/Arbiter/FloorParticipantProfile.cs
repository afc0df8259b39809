namespace MediaEngine.Floor;

/// <summary>What session set-up told about one participant (TS 24.380 6.3.2.2, 14).</summary>
public sealed record FloorParticipantProfile
{
    /// <summary>MCPTT ID, at most 255 octets in UTF-8.</summary>
    public required string McpttId { get; init; }

    /// <summary>mc_queueing was negotiated.</summary>
    public bool QueueingNegotiated { get; init; }

    /// <summary>The mc_priority negotiated, or null.</summary>
    public byte? NegotiatedPriority { get; init; }

    /// <summary>on-network-recvonly of the group document.</summary>
    public bool ReceiveOnly { get; init; }

    /// <summary>
    /// The SSRC of the participant's own audio, announced in Granted and Taken: group media is protected end to end, so the
    /// server cannot give it another. 0 = not announced.
    /// </summary>
    public uint AudioSsrc { get; init; }

    /// <summary>Privacy was asked for: Floor Taken names nobody.</summary>
    public bool PrivacyRequested { get; init; }

    /// <summary>The location in this participant's requests may be told to the others.</summary>
    public bool LocationConsent { get; init; }

    /// <summary>mc_granted was negotiated: an implicit request that is granted is told by the SDP answer, not by a message.</summary>
    public bool GrantInAnswer { get; init; }

    /// <summary>May revoke the floor of a talker with Floor Revoke Request (6.3.5.4.15).</summary>
    public bool MayRevoke { get; init; }

    /// <summary>May take requests of others out of the queue with Queued Floor Requests (6.3.4.4.13).</summary>
    public bool MayCancelQueued { get; init; }

    /// <summary>
    /// May claim an emergency in the Floor Indicator of a request. Of a non-controlling function: vouches for who is behind it.
    /// </summary>
    public bool MayClaimEmergency { get; init; }

    /// <summary>The same for imminent peril.</summary>
    public bool MayClaimImminentPeril { get; init; }

    /// <summary>
    /// The non-controlling function of a constituent group: its messages come with Track Info and speak for the participants
    /// behind it (6.5).
    /// </summary>
    public bool IsNonControllingFunction { get; init; }

    /// <summary>The call type of a request without what the participant may not claim.</summary>
    internal FloorIndicator Permit(FloorIndicator callType) => callType &
        ~((MayClaimEmergency ? FloorIndicator.None : FloorIndicator.Emergency) |
          (MayClaimImminentPeril ? FloorIndicator.None : FloorIndicator.ImminentPeril));
}

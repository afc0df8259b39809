namespace MediaEngine.Mcx;

/// <summary>Whom a request of some method is taken from. What is not said is nobody.</summary>
internal enum Admission
{
    /// <summary>481: there is no dialog or transaction that it could be about.</summary>
    Nobody,

    Anybody,

    /// <summary>A user with credentials in this request, in the user's own name.</summary>
    Credentials,

    /// <summary>A user, in the user's own name: with credentials, or over a flow it authenticated on.</summary>
    User,

    /// <summary>The user at the other end of the dialog, authenticated as any.</summary>
    DialogUser,

    /// <summary>Who knows a dialog's tags. For ACK, which cannot be challenged (RFC 3261 22.1).</summary>
    Dialog,

    /// <summary>Where the INVITE came from that it names. For CANCEL, which cannot be challenged (RFC 3261 22.1).</summary>
    InviteHop,
}

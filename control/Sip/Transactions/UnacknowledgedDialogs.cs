namespace MediaEngine.Sip;

/// <summary>
/// The dialogs of our 2xx to an INVITE until they are acknowledged or given up: a BYE waits so long (RFC 3261 15), one for each.
/// </summary>
internal sealed class UnacknowledgedDialogs
{
    private readonly Dictionary<string, InviteServerTransaction> _invites = new(StringComparer.Ordinal);

    /// <param name="success">The 2xx.</param>
    public void Begin(InviteServerTransaction invite, SipResponse success)
    {
        invite.UnacknowledgedDialog = SipTransactionKeys.ForDialogOfServer(success);
        _invites[invite.UnacknowledgedDialog] = invite;
    }

    /// <summary>Keeps a copy of a BYE of such a dialog; false when it can go at once.</summary>
    public bool TryHold(object token, SipRequest bye, SipDestination destination)
    {
        if (!_invites.TryGetValue(SipTransactionKeys.ForDialogOfServer(bye), out InviteServerTransaction? invite) || invite.HeldBye is not null)
            return false;
        invite.HeldBye = (token, bye.Clone(), destination);
        return true;
    }

    /// <summary>It is acknowledged or given up; the BYE that waited, or null.</summary>
    public (object Token, SipRequest Request, SipDestination Destination)? Over(InviteServerTransaction invite)
    {
        if (invite.UnacknowledgedDialog is not { } dialog)
            return null;
        invite.UnacknowledgedDialog = null;
        if (_invites.GetValueOrDefault(dialog) == invite)
            _invites.Remove(dialog);
        var held = invite.HeldBye;
        invite.HeldBye = null;
        return held;
    }
}
